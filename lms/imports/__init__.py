"""Files that come in: reading, row errors, the record of past imports. Knows no noun."""
