"""Checks after training: someone who is not the learner looks, and says what was seen."""
