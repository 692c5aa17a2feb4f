"""The page of this name: one benchmark, its assumptions, results and history."""

__all__ = ["measured_gaps", "routes"]
