"""Which records of different sources are about the same benchmark."""

__all__ = ["from_graph"]
