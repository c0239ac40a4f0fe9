"""Tier, course, course version, competency (I CARE), prerequisite; catalog import."""
