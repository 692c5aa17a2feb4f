"""The page of this name: the guides."""

__all__ = ["manual", "routes", "rules"]
