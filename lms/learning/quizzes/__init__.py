"""Questions in pools, quizzes drawn from them, attempts graded on the server, and what the answers tell the author."""
