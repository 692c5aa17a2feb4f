"""Which things of the graph seem to belong together: proposals with reasons, never merges.

Each rule compares one field word for word after a stated folding. Two things are proposed as the
same only if they agree on a name: a paper, a repository or files are shared by parts, versions and
successors of one thing. A link that many give belongs to none of them, nor do the homes of hubs and
harnesses. Things that name different papers or repositories, or that one source keeps apart, are
separated again. A proposal below `FLOOR` is not made. The confidences are set by hand so that they
order proposals as the labelled pairs do (`tests/labels/matches.csv`, measured by `make matches`);
they are no estimates.
"""
# DESIGN: same-needs-a-name

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

Kind = Literal["benchmark", "dataset", "implementation", "system"]
FLOOR = Decimal("0.5")
"""The least confidence at which a match is proposed."""
CROWD = 5
"""A registry name or title that more things of one kind share belongs to a family, not to one."""
HOMES = frozenset(
    {
        "github:huggingface/datasets", "github:huggingface/evaluate",
        "github:huggingface/transformers", "github:huggingface/lighteval", "github:openai/evals",
        "github:EleutherAI/lm-evaluation-harness", "github:stanford-crfm/helm",
        "github:UKGovernmentBEIS/inspect_evals", "github:UKGovernmentBEIS/inspect_ai",
        "github:google/BIG-bench", "github:IBM/unitxt", "github:mlcommons/croissant",
        "github:pytorch/fairseq", "github:tensorflow/datasets",
        "arxiv:2109.02846", "arxiv:2206.04615", "arxiv:2211.09110", "arxiv:2401.14019",
        "arxiv:2405.14782",
    }
)  # fmt: skip
"""Hubs and harnesses, with their papers: their templates link to them, whatever a card is about."""

_BY_PAPER, _BY_FILES, _BY_NAME, _BY_SHORT = map(Decimal, ("0.8", "0.8", "0.6", "0.3"))
_BY_TOOL = Decimal("0.4")
"""Two benchmarks with one repository or dataset: often a tool or a part that both use."""
_BY_MANY, _BOTH, _APART = map(Decimal, ("0.5", "0.15", "0.4"))
_FEW = 3
"""How many papers a thing may name for one of them to be taken as its own, if names agree, too."""
_PAPERS = ("arxiv:", "doi:")
_CODE = "github:"
_BLANK = re.compile(r"[\s_\-\u2010-\u2015]+")
_LONG = re.compile(
    r"\((?P<inside>[^()\s]{2,30})\)$"
    r"|(?:^|(?<=[:()])|(?<=:\s))(?:(?P<head>[^:()]{2,60}):\s|(?P<short>[^:()]{2,60}) \()"
)
"""A title with a short name in it: before a colon, or beside or within brackets."""


@dataclass(frozen=True)
class MatchCandidate:
    """A benchmark, dataset, implementation or system as it is named; `rank` orders targets.

    `identifiers` are registry names of its own, `uses` those of datasets that it runs on;
    `authors` are the ids of those who describe it.
    """

    kind: Kind
    id: str
    titles: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    identifiers: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    rank: int = 0

    @property
    def path(self) -> str:
        """The path of the thing below `id/`."""
        return f"{self.kind}/{self.id}"

    @property
    def papers(self) -> frozenset[str]:
        """The publications among its registry names."""
        return frozenset(i for i in self.identifiers if i.startswith(_PAPERS))

    @property
    def repositories(self) -> frozenset[str]:
        """The repositories of code among its registry names."""
        return frozenset(i for i in self.identifiers if i.startswith(_CODE))

    @property
    def names(self) -> set[str]:
        """Its titles and abbreviations, folded, with the short names that stand in long titles."""
        short = (found for title in self.titles for found in _LONG.finditer(title))
        inside = (part for found in short for part in found.groups() if part)
        return {fold(name) for name in (*self.titles, *self.abbreviations, *inside)}


@dataclass(frozen=True)
class Proposal:
    """That the subject belongs to the target: how, why, and with what confidence (0 to 1)."""

    subject: str
    target: str
    relation: str
    confidence: Decimal
    reasons: tuple[str, ...]


def fold(name: str) -> str:
    """Return a name without case, blanks and hyphens; every other sign stays: Q-Bench+."""
    return _BLANK.sub("", name).casefold()


def proposals(things: Iterable[MatchCandidate]) -> list[Proposal]:
    """Return what seems to belong together, the surest first.

    Within a group that shares a registry name or a name, each thing is proposed to the group's
    best target (a benchmark before all else, then the lowest rank), so that n things give at
    most n - 1 proposals for each thing shared.
    """
    every = without_shared_links(things)
    pairs = {pair for group in _groups(every) for pair in _star(group)}
    made = (compared(subject, target) for subject, target in pairs)
    kept = [p for p in made if p is not None and p.confidence >= FLOOR]
    return sorted(kept, key=lambda p: (-p.confidence, p.subject, p.target))


def without_shared_links(things: Iterable[MatchCandidate]) -> list[MatchCandidate]:
    """Return things without the registry names that say nothing of them.

    Those are the homes of hubs and harnesses, and what more than `CROWD` benchmarks, or datasets,
    of different titles name as their own.
    """
    every = [replace(t, identifiers=_plain(t.identifiers), uses=_plain(t.uses)) for t in things]
    titles: dict[tuple[str, str], set[str]] = defaultdict(set)
    for thing in every:
        if thing.kind in {"benchmark", "dataset"}:
            for name in thing.identifiers:
                titles[name, thing.kind].update(map(fold, thing.titles[:1]))
    crowded = {name for (name, _), found in titles.items() if len(found) > CROWD} | _plain(HOMES)
    return [
        replace(t, identifiers=t.identifiers - crowded, uses=t.uses - _plain(HOMES))
        if t.identifiers & crowded or t.uses & _plain(HOMES)
        else t
        for t in every
    ]


def _plain(names: Iterable[str]) -> frozenset[str]:
    """Return registry names in lower case: no registry has two that differ by it."""
    return frozenset(name.casefold() for name in names)


def _groups(things: Sequence[MatchCandidate]) -> Iterator[list[MatchCandidate]]:
    shared: dict[str, list[MatchCandidate]] = defaultdict(list)
    for thing in things:
        for key in _keys(thing):
            shared[key].append(thing)
    return (group for group in shared.values() if _benchmarks(group) <= CROWD)


def _benchmarks(group: Iterable[MatchCandidate]) -> int:
    return sum(thing.kind == "benchmark" for thing in group)


def _keys(thing: MatchCandidate) -> set[str]:
    if thing.kind == "system":
        return {f"system {name}" for name in _models(thing)}
    return {f"name {name}" for name in thing.names} | set(thing.identifiers) | set(thing.uses)


def _models(system: MatchCandidate) -> set[str]:
    """Return the names of a system without its maker: openai/gpt-4o is called gpt-4o."""
    return {fold(title.rpartition("/")[2]) for title in system.titles}


def _star(group: Sequence[MatchCandidate]) -> Iterator[tuple[MatchCandidate, MatchCandidate]]:
    order = {"benchmark": 0, "dataset": 1, "implementation": 2, "system": 3}
    target, *others = sorted(group, key=lambda t: (order[t.kind], t.rank, t.id))
    return ((other, target) for other in others if other.path != target.path)


def compared(subject: MatchCandidate, target: MatchCandidate) -> Proposal | None:
    """Return what two things agree on as a proposal, at any confidence; None if there is none."""
    relation = _relation(subject.kind, target.kind)
    found = list(_agreements(subject, target))
    if relation is None or not found:
        return None
    if relation == "same-as" and not any(found.named for found in found):
        return None
    best, *further = sorted((one.weight for one in found), reverse=True)
    confidence = min(best + _BOTH * len(further), Decimal("0.99"))
    against = list(_differences(subject, target, relation, len(found)))
    confidence -= _APART * len(against)
    return Proposal(
        subject.path,
        target.path,
        relation,
        max(confidence, Decimal(0)),
        (*(one.reason for one in found), *against),
    )


def _differences(
    one: MatchCandidate, other: MatchCandidate, relation: str, agreements: int
) -> Iterator[str]:
    if one.papers and other.papers and not one.papers & other.papers:
        yield "Against it: they name different papers."
    if relation == "same-as" and _other_code(one.repositories, other.repositories):
        yield "Against it: they name different repositories."
    if relation == "same-as" and agreements == 1 and one.authors & other.authors:
        yield "Against it: one source describes them apart, and only the name agrees."


def _other_code(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether all repositories differ, by their own name too: a project may move."""
    ours, theirs = ({fold(r.rpartition("/")[2]) for r in some} for some in (one, other))
    return bool(ours and theirs) and not ours & theirs


def _relation(subject: Kind, target: Kind) -> str | None:
    if target == "benchmark":
        return _TO_BENCHMARK.get(subject)
    return "same-as" if subject == target and target in {"dataset", "system"} else None


_TO_BENCHMARK = {"benchmark": "same-as", "dataset": "dataset-of", "implementation": "implements"}
"""Two implementations are never proposed as the same: one dataset has many, each its own way."""


@dataclass(frozen=True)
class _Agreement:
    """What two things agree on: what it weighs, in words, and whether it is a name."""

    weight: Decimal
    reason: str
    named: bool = False


def _agreements(one: MatchCandidate, other: MatchCandidate) -> Iterator[_Agreement]:
    """Yield each kind of agreement."""
    if one.kind == other.kind == "system":
        if models := _models(one) & _models(other):
            yield _Agreement(
                _BY_NAME, f"Both are called {min(models)!r}, without maker.", named=True
            )
        return
    if papers := one.papers & other.papers:
        own = max(len(one.papers), len(other.papers)) <= _FEW and one.names & other.names
        weight = _BY_PAPER if own else _BY_MANY
        yield _Agreement(weight, f"Both name the paper {min(papers)}.")
    files = (one.identifiers | one.uses) & (other.identifiers | other.uses)
    if rest := files - one.papers - other.papers:
        yield _Agreement(_by_files(one, other), f"Both name {min(rest)}.")
    titles = {fold(n): n for n in one.titles}
    if both := titles.keys() & {fold(n) for n in other.titles}:
        yield _Agreement(_BY_NAME, f"Both are called {titles[min(both)]!r}.", named=True)
    elif short := one.names & other.names:
        words = f"The name of one is the abbreviation of the other: {min(short)!r}."
        yield _Agreement(_BY_SHORT, words, named=True)


def _by_files(one: MatchCandidate, other: MatchCandidate) -> Decimal:
    """Return what sharing files is worth; what a drafted card links to may be anything."""
    if one.kind == other.kind == "benchmark":
        return _BY_TOOL
    drafted = "benchmark" in {t.kind for t in (one, other) if t.rank}
    return _BY_MANY if drafted else _BY_FILES
