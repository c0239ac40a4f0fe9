"""One center at a glance: who needs its coordinator this week, and the board of people and courses."""
