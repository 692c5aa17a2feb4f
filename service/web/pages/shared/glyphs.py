"""Signs that stand beside words, so that no verdict and no basis is shown by colour alone."""

from collections.abc import Mapping

SIGNS: Mapping[str, str] = {
    "holds": "✓",
    "partially-holds": "◐",
    "violated": "✕",
    "unknown": "?",
    "disputed": "≠",
    "not-applicable": "∅",
    "stated": "■",
    "derived": "◧",
    "claimed": "□",
    "hinted": "◌",
    "in-words": "¶",
    "supposed": "△",
    "not-stated": "·",
    "partly-answered": "◩",
    "answered": "■",
    "met": "✓",
    "not-met": "✕",
    "inconclusive": "?",
    "waived": "∅",
    "locked": "⊘",
    "done": "✓",
    "planned": "·",
    "in-progress": "◐",
    "blocked": "!",
    "skipped": "∅",
}
"""Code of a verdict, basis, answer status or state of a plan's step to the sign of it."""
