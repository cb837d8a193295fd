"""What the promises of durability are tried with: kills at random moments, spoilt extracts, wild requests."""
