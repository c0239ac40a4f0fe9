"""What is agreed to differ for someone: exemption, extension of a due date, days of an outage, credit for learning."""
