"""Rules that assign by themselves: who must take what, when, by when and how often again."""
