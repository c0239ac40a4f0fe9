"""The learner's side of a course: its page, the player, and what of it shows on other pages."""
