"""Orders, events and predictions at rest; the only room with SQL in it."""
