"""What the privacy auditor works with: the access record, downloads and their reasons, and the monthly review."""
