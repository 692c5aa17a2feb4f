"""What was measured when an assumption changed, on one axis, and what it gives together."""

__all__ = ["routes", "view"]
