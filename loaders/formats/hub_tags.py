"""Tags of the Hugging Face Hub that hint at an assumption; other catalogues copy them.

`language_creators` says who wrote the text, and most texts are no queries; of those that are,
*expert-generated* and *machine-generated* are given for nearly anything. So it hints at who wrote
the queries only where it names a crowd and the tasks are about questions, dialogues or inference.
"""

from collections.abc import Mapping
from typing import Any

from loaders.formats.assumptions import hinted
from loaders.model import Assumption
from loaders.reading.cleaning import texts

QUERIES = frozenset({"question-answering", "multiple-choice", "conversational"})
DIALOGUES = frozenset({"dialogue-modeling", "dialogue-generation", "conversational"})
INFERENCE = frozenset({"natural-language-inference"})
"""Kinds of task (`task_categories`, `task_ids`) in which somebody writes what a system is asked."""


def written_by(tags: Mapping[str, Any], field: str = "language_creators") -> Assumption | None:
    """Return a hint where a crowd wrote what is written, and that is queries; `field` is named."""
    wrote = texts(tags.get("language_creators"))
    if "crowdsourced" not in wrote or not set(wrote) <= {"crowdsourced", "found"}:
        return None
    if not _tasks(tags) & (QUERIES | DIALOGUES | INFERENCE):
        return None
    return hinted("query-authorship", *(f"{field}: {w}" for w in wrote))


def dialogues(tags: Mapping[str, Any]) -> Assumption | None:
    """Return a hint where the tasks are about dialogues."""
    found = sorted(_tasks(tags) & DIALOGUES)
    return hinted("interaction-type", f"tasks: {', '.join(found)}") if found else None


def _tasks(tags: Mapping[str, Any]) -> set[str]:
    return {t for name in ("task_categories", "task_ids") for t in texts(tags.get(name))}
