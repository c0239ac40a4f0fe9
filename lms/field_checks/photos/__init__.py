"""Photos of a check: what was seen, kept as it came and shown without what the camera wrote into it."""
