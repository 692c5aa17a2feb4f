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
    "hinted": "□",
    "in-words": "¶",
    "supposed": "△",
    "not-stated": "·",
    "partly-answered": "◩",
    "answered": "■",
}
"""Code of a verdict, basis or answer status to the sign of it."""
