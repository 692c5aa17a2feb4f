"""How well a benchmark fits a deployment: claims compared by rules, with what-if."""

__all__ = [
    "claims",
    "coded",
    "from_graph",
    "outcomes",
    "own",
    "parts",
    "report",
    "request",
    "rules",
    "shares",
    "summary",
    "testing",
]
