"""Checks after training: what was taught is seen to be done, by someone who is not the learner."""
