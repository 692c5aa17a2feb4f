"""Measured gaps that bear on a deployment: which are relevant, pooled where that is honest."""

__all__ = ["pooling", "publication", "relevance", "report", "risk"]
