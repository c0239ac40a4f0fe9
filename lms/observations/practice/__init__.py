"""What observations add up to: how often each behavior is practiced, and how sure that is."""
