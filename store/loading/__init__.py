"""Bringing what an extract says together with what the store knows, in one transaction."""
