"""The page of this name: the first page."""

__all__ = ["routes", "view"]
