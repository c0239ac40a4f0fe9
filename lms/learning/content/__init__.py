"""What a course version holds: ordered modules with their files, written as a draft and published as a version."""
