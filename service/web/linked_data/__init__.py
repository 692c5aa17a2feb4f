"""The names of records and terms over HTTP, and descriptions of the whole graph."""

__all__ = ["descriptions", "documents", "names", "vocabulary"]
