"""Centers, areas and regions, handed in as a file."""
