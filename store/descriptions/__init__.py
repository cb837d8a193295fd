"""The descriptions that ship with the project."""
