"""The page of this name: named questions and SPARQL."""

__all__ = ["named", "routes"]
