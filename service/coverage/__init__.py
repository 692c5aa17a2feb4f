"""Cross tables of what benchmarks assume against a domain or another dimension."""

__all__ = ["crosstab", "from_graph", "report"]
