"""What training adds up to: whether it is completed, seen to be done, and still done months later."""
