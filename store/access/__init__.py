"""Who may come in, and who has seen what: accounts, keys, sessions, sign-ins that failed, the audit log."""
