"""Downloads of what training adds up to: the rows of each part of its page, and the people behind a step."""
