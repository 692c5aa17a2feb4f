"""Studies: what was measured how and where, as a list and one by one."""

__all__ = ["index", "routes"]
