"""Measurements, apart from the tests: `make bench` and `make bench-data`."""
