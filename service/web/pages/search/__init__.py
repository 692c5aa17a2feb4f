"""The page of this name: everything that some words find, grouped by kind."""

__all__ = ["routes"]
