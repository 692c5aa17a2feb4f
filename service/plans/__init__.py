"""Staged evaluation plans: which assumption to test next, how many cases it takes, results."""

__all__ = ["changes", "commands", "looks", "written"]
