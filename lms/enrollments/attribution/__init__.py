"""Where enrollments count: what a change of centers touches."""
