"""Rates and shortfalls: the one place where every figure is computed."""
