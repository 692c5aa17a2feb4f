"""The JSON API under `/api/v1`, and what stands beside it for programs."""

__all__ = [
    "coverage",
    "decompose",
    "evidence",
    "fit",
    "health",
    "imports",
    "ledger",
    "matches",
    "named_queries",
    "plans",
    "publication",
    "records",
    "risk",
    "score_claims",
    "sources",
    "stats",
    "terms",
    "validate",
    "withdrawal",
    "writes",
]
