"""Training history as it comes in a file."""
