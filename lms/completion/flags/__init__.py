"""Center flags: which centers surely miss their target, week by week, with the evidence of each change."""
