"""The words of the hotline: orders, events, ratings, clocks. Standard library and the holiday calendar only."""
