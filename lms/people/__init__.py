"""Person, org unit, job role, posting, duty, leave; roster import; scope: who may see whom."""
