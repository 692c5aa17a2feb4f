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

SINGLE, MULTI = "single-turn", "multi-turn"

INTERACTION_WORDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "single turn", "single shot", "single", "single turn only", "single shot only",
            "single turn single shot", "single turn prompts", "single shot prompts",
            "single turn prompts only", "single shot prompts only", "single turn questions",
            "single turn interaction", "single turn interactions", "one turn", "all single turn",
        ),
        (SINGLE,),
    ),
    **dict.fromkeys(
        (
            "multi turn", "multiturn", "multi", "multiple turns", "multi turn only",
            "multi turn conversation", "multi turn conversations", "multi turn dialogue",
            "multi turn dialogues", "multi turn interaction", "multi turn interactions",
            "multi turn up to N", "multi turn up to N turns", "multi turn at most N turns",
            "multi turn max N turns", "all multi turn",
        ),
        (MULTI,),
    ),
    **dict.fromkeys(
        (
            "both", "single turn and multi turn", "multi turn and single turn",
            "single and multi turn", "single shot and multi turn", "multi turn and single shot",
            "both single turn and multi turn", "both single and multi turn",
            "both single shot and multi turn",
        ),
        (SINGLE, MULTI),
    ),
}  # fmt: skip
"""The answers to the interaction question that state a value: whole answers as `_plain` writes
them. A number of turns that is only capped is multi-turn; a fixed one is not read."""

WRITE_TURNS = "Write one of: single-turn, single-shot, multi-turn, both."

YES_WORDS: Mapping[str, tuple[str, frozenset[str]]] = {
    "information-completeness": (
        "complete",
        frozenset({"yes", "yes all", "yes all of them", "true", "complete", "all complete",
                   "fully complete", "yes complete", "information complete"}),
    ),
    "decision-mediation": ("output-is-decision", frozenset({"yes", "true"})),
}  # fmt: skip
"""The closed questions of the template: the value that *yes* gives, and the answers that say it."""

FIRST_WORD_RULE = "template-first-word-yes@1"
"""Rule id: the answer to a closed question, or its first sentence, is one of `YES_WORDS`."""

OTHER_TURNS_RULE = "template-other-turns@1"
"""Rule id: the card assumes one kind of turns, and `holds_at_deployment` says No and the other."""

_SENTENCES = re.compile(r"[.;!\n]")
_SIGNS = re.compile(r"[^a-z0-9]+")
_NUMBER = re.compile(r"\b\d+\b")
_TAKEN_BACK = re.compile(
    r"\b(?:but|however|except|unless|although|though|mostly|partly|not all|some)\b", re.IGNORECASE
)
_NAMES = {
    SINGLE: re.compile(r"\b(?:single|one)[- ](?:turn|shot)\b", re.IGNORECASE),
    MULTI: re.compile(r"\bmulti[- ]?turns?\b|\b(?:multiple|several) turns\b", re.IGNORECASE),
}
_DOUBT = re.compile(
    r"\b(?:no|not|never|without|neither|nor|rarely|seldom|hardly|few|may|might|can|could|would"
    r"|should|sometimes|occasionally|unless|if|unclear|unknown|unlike|than|instead|rather)\b"
    r"|n't\b",
    re.IGNORECASE,
)


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
    """Return the values that the words of a template answer state, by closed tables only."""
    words = answer or ""
    if dimension == "interaction-type":
        return tuple(
            Coding(code=f"{dimension}/{value}", source_text=answer)
            for value in INTERACTION_WORDS.get(_plain(words), ())
        )
    if dimension in YES_WORDS and _says_yes(words, YES_WORDS[dimension][1]):
        value = f"{dimension}/{YES_WORDS[dimension][0]}"
        return (Coding(code=value, basis="derived", rule=FIRST_WORD_RULE, source_text=answer),)
    return ()


def _plain(words: str) -> str:
    """Return words in lower case and without signs; a number is `N`."""
    return _NUMBER.sub("N", _SIGNS.sub(" ", words.lower()).strip())


def _says_yes(words: str, table: frozenset[str]) -> bool:
    first, *rest = _SENTENCES.split(words.strip(), maxsplit=1)
    return _plain(first) in table and not any(_TAKEN_BACK.search(r) for r in rest)


def unread_answer(dimension: str, path: str, answer: str | None) -> RecordProblem | None:
    """Return what to say of an answer to a closed question that no table reads; None for none."""
    if answer is None or read_codes(dimension, answer):
        return None
    if dimension == "interaction-type":
        mend = WRITE_TURNS
    elif dimension in YES_WORDS:
        mend = "Of this question Yes alone is read; write other values in EvalGap's own form."
    else:
        return None
    return RecordProblem(
        "The answer is kept as words; queries by value will not find it.",
        f"{path}/answer",
        answer,
        mend,
    )


def other_turns(assumed: tuple[str, ...], verdict: str | None, words: str | None) -> str | None:
    """Return the kind of turns that a deployment has by the words of a verdict; None for none.

    The verdict is No, the card assumes single-turn or multi-turn alone, and the words behind the
    verdict name the other one and not this one, without a negation or a doubt.
    """
    if verdict != "violated" or assumed not in {(SINGLE,), (MULTI,)}:
        return None
    said = (words or "").partition(" ")[2]
    other = MULTI if assumed == (SINGLE,) else SINGLE
    named = [turns for turns, pattern in _NAMES.items() if pattern.search(said)]
    return other if named == [other] and not _DOUBT.search(said) else None


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
