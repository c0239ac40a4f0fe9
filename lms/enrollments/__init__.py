"""Who must take what, by when and why; history import; the one door to a completion."""
