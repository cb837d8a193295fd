"""The words of the hotline: orders, events, ratings, clocks. Standard library and holidays only."""
