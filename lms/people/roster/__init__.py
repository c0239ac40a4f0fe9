"""The roster: who works where, handed in as a file."""
