"""The gate: every changed record is validated against the SHACL shapes before it is stored."""

__all__ = [
    "cross_check",
    "fixed_results",
    "gate",
    "plan_rules",
    "publication",
    "readable",
    "validator",
]
