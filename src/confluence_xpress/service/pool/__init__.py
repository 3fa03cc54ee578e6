"""Warm worker processes, and who is next."""
