"""The catalog as it comes in a file."""
