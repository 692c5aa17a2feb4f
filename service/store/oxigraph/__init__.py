"""The embedded store: Oxigraph, with processes that run the queries of strangers."""

__all__ = ["allocator", "copies", "evaluate", "private_copy", "snapshots", "store"]
