"""The use cases: score, worklist."""
