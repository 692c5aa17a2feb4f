"""The page of this name: which benchmark fits a deployment."""

__all__ = ["address", "routes"]
