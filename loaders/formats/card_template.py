"""The card template of Raman et al. 2026 (arXiv 2605.22612): the parts every dialect shares.

Three generations of their files are in use: sections `contextual`/`consequential` or
`task`/`outcome`, with `holds_at_deployment` or without. The questions are the same five.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from loaders.contract import CardError, RecordProblem
from loaders.model import Coding
from loaders.reading.cleaning import text

SECTIONS = ("task", "outcome", "contextual", "consequential")
"""The two groups of assumptions, under both pairs of names."""

GROUPS = {
    "task": ("query-authorship", "information-completeness", "interaction-type"),
    "outcome": ("decision-mediation", "outcome-validity"),
}
"""The questions of each group, as the current generation names and orders them."""

VERDICT_WORDS = {
    "yes": "holds",
    "no": "violated",
    "partially": "partially-holds",
    "partial": "partially-holds",
}
"""How the template's free-text verdicts begin, and the verdict each first word states."""

INTERACTION_WORDS = {
    "single-turn": ("single-turn",),
    "single-turn (single-shot)": ("single-turn",),
    "single-shot prompts only": ("single-turn",),
    "multi-turn": ("multi-turn",),
    "both": ("single-turn", "multi-turn"),
}
"""The answers to the interaction question that state a value, word for word."""

FIRST_WORD_YES = {
    "information-completeness": "complete",
    "decision-mediation": "output-is-decision",
}
"""The closed questions of the template, and the value that 'Yes' gives on each."""

FIRST_WORD_RULE = "template-first-word-yes@1"
"""Rule id: the template asks a closed question and the answer begins with 'Yes'."""


def section(tree: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a mapping field of a card, empty where it is absent; raise `CardError` else."""
    value = tree.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise CardError(
            RecordProblem(
                "Named fields are expected here.", name, str(value), "Indent them below it."
            )
        )
    return value


def questions(tree: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield (dimension, path in the file, block) for each question of the card."""
    for group in SECTIONS:
        for name in section(tree, group):
            block = section(section(tree, group), name)
            yield name.replace("_", "-"), f"{group}/{name}", block


def read_codes(dimension: str, answer: str | None) -> tuple[Coding, ...]:
    """Return the values that the words of a template answer state, by explicit table only."""
    words = (answer or "").strip().rstrip(".").lower()
    if dimension == "interaction-type":
        return tuple(
            Coding(code=f"{dimension}/{value}", source_text=answer)
            for value in INTERACTION_WORDS.get(words, ())
        )
    if dimension in FIRST_WORD_YES and first_word(words) == "yes":
        value = f"{dimension}/{FIRST_WORD_YES[dimension]}"
        return (Coding(code=value, basis="derived", rule=FIRST_WORD_RULE, source_text=answer),)
    return ()


def first_word(words: str) -> str:
    """Return the first word in lower case, without punctuation."""
    return words.split(maxsplit=1)[0].strip(".,;:").lower() if words.split() else ""


def holds(block: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return (verdict, words) of `holds_at_deployment`; no verdict unless the words state one."""
    words = text(block.get("holds_at_deployment"))
    return VERDICT_WORDS.get(first_word(words or "")), words


_UNREAD = re.compile(r"^([a-z-]+) \(no verdict stated\): ", re.MULTILINE)


def keep_unread(words: Mapping[str, str]) -> str | None:
    """Return, as one note, the words per dimension that state no verdict; None for none."""
    return "\n".join(f"{d} (no verdict stated): {said}" for d, said in words.items()) or None


def unread(notes: str | None) -> dict[str, str]:
    """Return the words per dimension that `keep_unread` put into a note."""
    _, *parts = _UNREAD.split(notes or "")
    return {d: said.strip() for d, said in zip(parts[::2], parts[1::2], strict=True)}
