"""The page of this name: measured gaps, and one of them."""

__all__ = ["gap", "list", "picture", "routes"]
