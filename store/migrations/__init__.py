"""The history of the tables, one alembic revision a change."""
