"""One system: its cards side by side, its scores, the gaps that name it, what ran it."""

__all__ = ["routes"]
