"""Three questions after a completion, answered without a name."""
