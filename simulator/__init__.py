"""A district that never was: ordinary extract files with planted causes, for demos and measurements."""
