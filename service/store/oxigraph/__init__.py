"""The embedded store: Oxigraph, with processes that run untrusted queries."""

__all__ = ["allocator", "copies", "evaluate", "private_copy", "snapshots", "store"]
