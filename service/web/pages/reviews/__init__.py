"""Reviews: whether benchmarks hold in deployments, as a list and one by one in prose."""

__all__ = ["index", "routes"]
