"""Words without business meaning: database, clock, errors, ids, paging, table files."""
