"""The month close: what was reported for a month is frozen, and late facts become corrections beside it."""
