"""A service of two workers on PostgreSQL under minutes of load, with swaps of champions and an outage within."""
