"""Downloads and exports. Owns no business fact."""
