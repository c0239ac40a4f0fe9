"""Finding people by syllables or initials of their name, staff number or center."""
