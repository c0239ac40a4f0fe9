"""Accounts of two people who are one: the one in force stays, every browser is signed out."""
