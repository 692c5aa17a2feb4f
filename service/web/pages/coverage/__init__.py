"""The page of this name: what benchmarks assume, against a domain."""

__all__ = ["routes"]
