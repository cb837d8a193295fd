"""What is known of an order at a moment, as columns. Nothing here is fitted."""
