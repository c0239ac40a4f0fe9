"""As known then: every report as it stood when it was made, and what has changed since."""
