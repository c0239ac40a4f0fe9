"""What a learner does inside a course: content, progress, quizzes, certificates, surveys, signals of doubt."""
