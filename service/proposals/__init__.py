"""What is sent for review without a token: a bounded queue outside the graph, and decisions."""

__all__ = ["decisions", "queue"]
