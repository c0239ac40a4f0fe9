"""What someone has completed: since when, until when, who recorded it and how, and what was corrected."""
