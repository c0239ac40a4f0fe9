"""Self-monitoring: each month a center looks at itself; campaigns have all centers look at the same things."""
