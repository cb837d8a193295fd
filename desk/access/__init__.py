"""Letting people and systems in: passwords, sessions, keys, and which orders are within their reach."""
