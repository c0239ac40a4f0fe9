"""The demo network, generated from the reference data."""
