"""Staged evaluation plans: which assumption to test next, how many cases it takes, results."""
