"""Two questions a week, a month and three months after a course: what is still known. It counts for nothing else."""
