"""A store behind the SPARQL protocol, of whatever make."""

__all__ = ["store"]
