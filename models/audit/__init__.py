"""The audit of an extract before anything is learnt from it: pure functions from tables to findings."""
