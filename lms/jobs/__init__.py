"""Queue wiring for work that outlives a request. Knows no noun."""
