"""What a check says in sentences: the headline, the summary, and what the number does not say."""

from collections import Counter
from collections.abc import Iterator, Sequence

from service.ontology.plain_names import VERDICTS
from service.ontology.schemes import DISPUTED, PARTIALLY, UNKNOWN, VIOLATED
from service.score_claims.model import (
    CheckedAssumption,
    CheckedClaim,
    KnownScore,
    Ladder,
    LossGroup,
)

NOTE = (
    "The losses were measured with other items, systems and people. They are not added up, not "
    "taken from the claimed score, and no forecast. Unknown is not violated."
)
_NUMBERS = ("none", "one", "two", "three", "four", "five")
_ORDER = (VIOLATED, PARTIALLY, DISPUTED, UNKNOWN, "holds", "not-applicable")
_SAID = {
    VIOLATED: ("is violated", "are violated"),
    PARTIALLY: ("holds in part", "hold in part"),
    DISPUTED: ("is disputed", "are disputed"),
    UNKNOWN: ("is unknown", "are unknown"),
    "holds": ("holds", "hold"),
    "not-applicable": ("does not apply", "do not apply"),
}
assert set(_SAID) == set(VERDICTS)  # noqa: S101 - every verdict has its words


def number(count: int) -> str:
    """Return a small number as a word."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def scored(claim: CheckedClaim) -> str:
    """Return the claim in short: `95 % on MedQA`."""
    return f"{claim.score.words} on {claim.benchmark.title}"


def title(claim: CheckedClaim) -> str:
    """Return the state of the page: `95 % on MedQA, for patients with symptoms`."""
    return f"{scored(claim)}, for {inside(claim.use.title)}"


def inside(words: str) -> str:
    """Return a title inside a sentence; what begins with capitals, as `AI`, keeps them."""
    return words[:1].lower() + words[1:] if words[1:2].islower() else words


def headline(claim: CheckedClaim, found: Sequence[CheckedAssumption]) -> str:
    """Return how many of the assumptions behind the number have which verdict in the use."""
    counts = Counter(a.verdict for a in found)
    lead = f"“{scored(claim)}” rests on {number(len(found))} assumptions"
    if counts[VIOLATED] == len(found):
        return f"{lead}. All {number(len(found))} are violated here."
    if counts[UNKNOWN] == len(found):
        return f"{lead}. Whether any of them holds here is unknown."
    parts = [
        f"{number(counts[verdict])} {_SAID[verdict][counts[verdict] > 1]}"
        for verdict in _ORDER
        if counts[verdict]
    ]
    return f"{lead}: {', '.join(parts)} here."


def summary(broken: Sequence[str], losses: Sequence[LossGroup], ladders: Sequence[Ladder]) -> str:
    """Return what was measured for what breaks, in a few sentences."""
    if not broken:
        return "No assumption is known to break here, so no measured loss is shown."
    if ladders and ladders[0].scope != "elsewhere":
        return _of_ladder(ladders[0])
    if not losses:
        return "Nothing was measured for what breaks here. That is no sign that nothing is lost."
    known = {name for group in losses for name in group.assumptions}
    where = "some for this use" if any(g.scope == "here" for g in losses) else "none for this use"
    if len(broken) == 1:
        return f"One breaks: losses were measured for it, {where}."
    of = "each of them" if len(known) == len(broken) else f"{number(len(known))} of them"
    return (
        f"{_BREAK[len(broken)]} break: losses were measured for {of}, {where}. No study near this "
        "use changed them one after the other."
    )


_BREAK = {2: "Two", 3: "Three", 4: "Four", 5: "All five"}


def _of_ladder(ladder: Ladder) -> str:
    first, last = ladder.scores[0], ladder.scores[-1]
    where = "for this use" if ladder.scope == "here" else "in the same domain"
    whose = "" if ladder.same_benchmark else ", with items of its own"
    who = ", ".join(s.title for s in ladder.systems) or "a system that is not named"
    some = "what breaks here" if ladder.complete else "some of what breaks here"
    return (
        f"One study changed {some} step by step {where}{whose}: {who} scored {first.words} at "
        f"first and {last.words} in the end, {ladder.total_words} points less."
    )


def not_said(
    claim: CheckedClaim,
    found: Sequence[CheckedAssumption],
    unmeasured: Sequence[str],
    known: Sequence[KnownScore],
    losses: Sequence[LossGroup],
) -> Iterator[str]:
    """Yield what the number does not say, each in a sentence."""
    on = claim.benchmark.title
    if claim.model is None:
        yield f"Which model scored {claim.score.words}: the claim names none."
    elif not claim.systems:
        yield f"Whether {claim.model} scored {claim.score.words}: no system of that name is here."
    elif not known:
        yield f"Whether {claim.model} scored {claim.score.words}: no score of it on {on} is here."
    for a in found:
        if a.verdict == UNKNOWN:
            yield f"{a.plain}: whether it is here as {on} assumes. {_unknown(a)}"
        elif a.dimension in unmeasured:
            yield f"{a.plain}: what is lost through it. Nothing was measured."
    if losses and not any(f.same_benchmark for group in losses for f in group.figures):
        yield f"What would become of a score on {on} itself: no figure is of its own items."
    yield "How other versions of the model do, or the same one with another prompt."
    yield "That the model fails in this use, or that it is safe."


def _unknown(of: CheckedAssumption) -> str:
    if not any(s.values for s in of.assumed):
        return "No card states it."
    if not any(s.values for s in of.in_use):
        return "The use does not state it."
    return of.because
