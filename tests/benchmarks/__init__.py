"""Benchmarks: `make bench` runs each `bench_*.py` here and prints one table of figures with their goals."""
