"""Deployments: a list that answers narrow, and a page for each with all that is known of it."""

__all__ = ["index", "routes"]
