"""How far a learner is: study records, posts from the player, time, and when a course is completed."""
