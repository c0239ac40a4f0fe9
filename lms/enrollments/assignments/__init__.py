"""A course assigned to job roles at centers."""
