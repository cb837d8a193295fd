"""Runs the revisions on the connection that the store hands over."""

from alembic import context

import store.access.tables  # noqa: F401 - so that its tables are known
from store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
