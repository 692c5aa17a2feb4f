"""The page of this name: evaluation plans."""

__all__ = ["routes", "view"]
