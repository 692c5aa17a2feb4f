"""Pure functions from numbers to findings: no store, no HTTP, no RDF."""

__all__ = ["decompose", "intervals", "request", "table"]
