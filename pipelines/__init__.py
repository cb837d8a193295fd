"""Recipes: a page of calls in order, each behind a name of the `qingling` command."""
