"""What a new version of a course does to those enrolled: moved to it, or asked for it in a new cycle."""
