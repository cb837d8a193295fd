"""Reading what firms, streets and call centres export: a description file says what its columns mean."""
