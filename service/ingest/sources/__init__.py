"""Sources that are read again on a schedule: which there are, their bytes, and what has changed."""

__all__ = ["addresses", "drift", "fetch", "registry", "runs"]
