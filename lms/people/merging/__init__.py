"""Two rows that turned out to be one human: rehired under a new staff number without being recognized."""
