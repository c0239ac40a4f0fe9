"""Enrollments of two people who are one: cycles in order of the day assigned, no completion lost."""
