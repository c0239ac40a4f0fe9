"""The service standard: its versions, what they ask and why, and who read them."""
