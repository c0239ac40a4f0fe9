"""Targets: which percentage a rate is held against, by tier, job role, network type and period."""
