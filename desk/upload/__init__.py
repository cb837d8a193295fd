"""A file that somebody sends by a page: what its columns mean, what would be refused, and its way into the store."""
