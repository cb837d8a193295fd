"""Copies of databases, made while they are written to, and put back without losing what was there."""
