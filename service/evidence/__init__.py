"""Measured gaps that bear on a deployment or a dimension, pooled where that is honest."""

__all__ = [
    "by_dimension",
    "directions",
    "figures",
    "first_tests",
    "from_graph",
    "gates",
    "pooling",
    "prediction",
    "publication",
    "relevance",
    "report",
    "risk",
    "syntheses",
    "synthesis_report",
]
