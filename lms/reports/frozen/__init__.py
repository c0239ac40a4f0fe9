"""The rows of a closed month as a file."""
