"""Attendance of sessions in person, recorded by those who look after the people."""
