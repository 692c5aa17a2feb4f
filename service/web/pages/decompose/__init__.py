"""The page of this name: a gap taken apart from a table of the reader's own."""

__all__ = ["routes"]
