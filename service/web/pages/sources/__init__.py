"""The bibliography: every source that records cite, and one page for each."""

__all__ = ["routes"]
