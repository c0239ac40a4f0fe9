"""Certificates of completed courses: a number, a paper, and a page on which anyone checks that it holds."""
