"""Rehearsing a rule on the real roster, and putting it in force in the background."""
