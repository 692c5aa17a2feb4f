"""Documents and updates on their way into the store: identified, versioned, checked."""

__all__ = [
    "alone",
    "checking",
    "documents",
    "graph_updates",
    "jobs",
    "merging",
    "pipeline",
    "places",
    "reading_ahead",
    "report",
    "seeding",
    "set_aside",
    "sources",
    "stored_imports",
    "undo",
    "upgrade",
    "withdrawals",
    "written",
]
