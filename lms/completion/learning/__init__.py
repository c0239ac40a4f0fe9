"""One's own learning: what to do next, what is due, and how far each tier is climbed."""
