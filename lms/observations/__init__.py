"""What was seen to be done: standards, behaviors, observations and their results. Checks and visits share it."""
