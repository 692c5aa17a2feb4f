"""What the page of a claim shows: rows of a plot, a ladder, and the sources that stand on it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from service.common.digits import computed, plural, span
from service.ontology import dimensions, graphs
from service.ontology.dimensions import Dimension
from service.ontology.plain_names import plain
from service.score_claims.model import (
    Ladder,
    LossGroup,
    MeasuredLoss,
    NumberedSource,
    ScoreCheck,
    SourcePlace,
)
from service.store.port import Engine
from service.web.pages.shared.numbers import kind_of
from service.web.pages.shared.picture import PictureRow, PlotPicture, brief
from service.web.pages.shared.plot import Axis, Mark, axis

HEADS = {
    "here": "Measured for this use",
    "same-domain": "Measured in the same domain, for another use",
    "elsewhere": "Measured in other domains",
}
"""How near figures were measured, as a heading."""


@dataclass(frozen=True)
class LossRow:
    """One row of the plot: a figure, the figures of one change, or that nothing was measured.

    `more` stands before `sub`, but on paper only where each figure has a row. What is not
    `printed` has no room on the sheet.
    """

    label: str
    sub: str
    marks: tuple[Mark, ...]
    result: str
    result_sub: str
    gap: str | None = None
    numbers: tuple[int, ...] = ()
    more: str = ""
    printed: bool = True


@dataclass(frozen=True)
class LossSection:
    """Rows that were measured equally near."""

    head: str
    rows: tuple[LossRow, ...]

    @property
    def printed(self) -> bool:
        """Tell whether any of its rows has room on the sheet."""
        return any(row.printed for row in self.rows)


@dataclass(frozen=True)
class ShownLadder:
    """A ladder with its rows: scores and what was lost between them, on one scale."""

    ladder: Ladder
    axis: Axis
    rows: tuple[LossRow, ...]


@dataclass(frozen=True)
class ClaimPage:
    """A check as the page shows it; `sources` are those that are named on it.

    `farther` figures of other domains stand on the page of figures alone, because the same changed
    in nearer ones.
    """

    check: ScoreCheck
    axis: Axis
    sections: tuple[LossSection, ...]
    ladder: ShownLadder | None
    figures: int
    farther: int
    sources: tuple[NumberedSource, ...]

    @property
    def letters(self) -> Mapping[str | None, str]:
        """Letters for the records of a side of which several speak; empty where one does."""
        found: dict[str | None, str] = {}
        for side in ("assumed", "in_use"):
            said = [getattr(a, side) for a in self.check.assumptions]
            if any(len(s) > 1 for s in said):
                records = dict.fromkeys(one.record for s in said for one in s)
                found |= {
                    r: ascii_uppercase[(len(found) + at) % 26] for at, r in enumerate(records)
                }
        return found

    @property
    def rows_left_out(self) -> int:
        """How many rows are not printed."""
        return sum(not row.printed for section in self.sections for row in section.rows)


@dataclass(frozen=True)
class _Words:
    """Dimensions in words, and of which kind each is."""

    dimensions: Mapping[str, Dimension]
    kinds: Mapping[str, str]

    def name(self, names: Sequence[str], also: Sequence[str] = ()) -> str:
        """Return what changed: `Who writes the question + how much is told`."""
        said = [plain(n, self.dimensions[n].label) for n in names]
        head = " + ".join([*said[:1], *(s[:1].lower() + s[1:] for s in said[1:])])
        if len(said) == len(self.dimensions_of_card):
            head = "All five at once"
        with_ = ", ".join(n.replace("-", " ") for n in also)
        return f"{head}, with {with_}" if with_ else head

    @property
    def dimensions_of_card(self) -> list[str]:
        """The five of the card, which stand first."""
        return list(self.dimensions)[:5]

    def kind(self, names: Sequence[str]) -> str:
        """Return task, outcome or mixed."""
        found = kind_of(names, self.kinds)
        return "task" if found == "other" else found


def shown(engine: Engine, found: ScoreCheck) -> ClaimPage:
    """Return the page of a check."""
    words = _words(engine)
    ladder = next((x for x in found.ladders if x.scope != "elsewhere"), None)
    groups = [g for g in (_without(g, ladder) for g in found.losses) if g.figures]
    near = [g for g in groups if g.scope != "elsewhere" or _nowhere_nearer(g, found.losses)]
    over = axis(_values(near))
    sections = [
        _section(words, over, head, [g for g in near if g.scope == scope])
        for scope, head in HEADS.items()
    ]
    nothing = tuple(_void(words, over, found))
    if nothing:
        sections.append(LossSection("Never measured alone", nothing))
    kept = tuple(s for s in sections if s.rows)
    return ClaimPage(
        found,
        over,
        kept,
        _ladder(words, ladder) if ladder else None,
        sum(len(g.figures) for g in found.losses),
        sum(len(g.figures) for g in groups if g not in near),
        tuple(_named(found, kept, ladder)),
    )


def pictures(page: ClaimPage) -> dict[str, PlotPicture]:
    """Return the figures of a page by their names: the ladder, and the losses side by side."""
    title, found = page.check.title, {}
    if page.ladder:
        rows = [_picture_row(row) for row in page.ladder.rows]
        foot = f"{page.ladder.ladder.title}."
        name = f"One study, step by step, for: {title}"
        found["ladder"] = PlotPicture(name, page.ladder.axis, "%", rows, foot)
    if page.sections:
        rows = []
        for section in page.sections:
            rows.append(PictureRow(section.head, (), ""))
            rows += [_picture_row(row, row.sub.split("; ")[0]) for row in section.rows]
        name = f"Points lost where the same broke as for: {title}"
        foot = "Points; gains below zero. 95 % intervals. Hollow: not comparable."
        found["losses"] = PlotPicture(name, page.axis, "", rows, foot)
    return found


def _picture_row(row: LossRow, about: str = "") -> PictureRow:
    label = f"{row.label} ({about[:1].lower()}{about[1:]})" if about else row.label
    return PictureRow(label, row.marks, row.result, brief(row.result_sub))


def _words(engine: Engine) -> _Words:
    return _Words(dimensions.dimensions(engine), graphs.assumption_kinds())


def headed(engine: Engine, found: ScoreCheck) -> list[tuple[str, list[tuple[str, LossGroup]]]]:
    """Return the groups of figures by how near they were measured, each with what changed."""
    words = _words(engine)
    named = [(g.scope, words.name(g.assumptions, g.also_changed), g) for g in found.losses]
    return [
        (head, groups)
        for scope, head in HEADS.items()
        if (groups := [(name, g) for near, name, g in named if near == scope])
    ]


def _without(group: LossGroup, ladder: Ladder | None) -> LossGroup:
    """Return a group without the steps of the ladder, which stand in a picture of their own."""
    if ladder is None:
        return group
    rest = [f for f in group.figures if f.gap != ladder.gap]
    return group.model_copy(update={"figures": rest})


def _section(words: _Words, over: Axis, head: str, groups: Sequence[LossGroup]) -> LossSection:
    """Return a section, which says where all its figures are of studies that stand in for a use."""
    acted = all(f.stands_in for g in groups for f in g.figures)
    stands_in = ", by studies that stand in for it" if acted and head == HEADS["here"] else ""
    return LossSection(head + stands_in, tuple(_rows(words, over, groups)))


def _nowhere_nearer(group: LossGroup, losses: Iterable[LossGroup]) -> bool:
    """Tell whether what changed in figures of other domains was changed in no nearer ones."""
    changed = group.assumptions, group.also_changed
    return all(g.scope == "elsewhere" for g in losses if (g.assumptions, g.also_changed) == changed)


def _values(groups: Iterable[LossGroup]) -> Iterator[float]:
    for group in groups:
        for figure in group.figures:
            yield figure.points
            if figure.interval and _alone(group):
                yield from (figure.interval.lower, figure.interval.upper)


def _alone(group: LossGroup) -> bool:
    """Tell whether the figures of a group have a row each: those that were measured here."""
    return group.scope == "here" or len(group.figures) == 1


def _rows(words: _Words, over: Axis, groups: Iterable[LossGroup]) -> Iterator[LossRow]:
    for group in groups:
        name = words.name(group.assumptions, group.also_changed)
        kind = words.kind(group.assumptions)
        if _alone(group):
            yield from (_one(name, over, group, f, kind) for f in group.figures)
        else:
            yield _several(name, over, group, kind)


def _one(name: str, over: Axis, group: LossGroup, found: MeasuredLoss, kind: str) -> LossRow:
    bounds = found.interval
    band = (_band(over, bounds.lower, bounds.upper),) if bounds else ()
    systems = ", ".join(s.title for s in found.systems) or "system not named"
    about = [
        group.metric_words.lower(),
        found.n_words,
        found.verification.replace("-", " "),
        f"by {found.measured_by}" if group.scope == "here" and found.measured_by else "",
    ]
    return LossRow(
        name,
        "; ".join(filter(None, about)),
        (*band, _dot(over, found, kind)),
        found.words,
        "; ".join(filter(None, (found.interval_words, bounds.caution if bounds else None))),
        found.gap,
        _numbers(found.sources) if group.scope == "here" else (),
        systems if group.scope == "here" else "",
    )


def _several(name: str, over: Axis, group: LossGroup, kind: str) -> LossRow:
    ends = group.range
    band = (_band(over, ends.lowest, ends.highest),) if ends else ()
    dots = (_dot(over, f, kind) for f in group.figures)
    about = plural(group.figures, "figure", "figures")
    if ends is None:
        return LossRow(name, group.metric_words, tuple(dots), "no range", about)
    said = span(computed(ends.lowest), computed(ends.highest))
    rest = len(group.figures) - ends.figures
    of = f"{plural(ends.figures, 'figure', 'figures')}, {plural(ends.studies, 'study', 'studies')}"
    beside = f"; {rest} beside it" if rest else ""
    return LossRow(name, group.metric_words, (*band, *dots), said, of + beside)


def _band(over: Axis, first: float, second: float) -> Mark:
    return over.bar("band", first, second, 18, 64)


def _dot(over: Axis, found: MeasuredLoss, kind: str) -> Mark:
    """Return a dot by the kind of assumption; a hollow one does not enter the range."""
    full, hollow = ("dot", "hollow t") if kind == "task" else ("dot o", "hollow")
    return over.dot(full if found.not_comparable is None else hollow, found.points)


def _void(words: _Words, over: Axis, found: ScoreCheck) -> Iterator[LossRow]:
    for name in found.never_alone:
        sub = "no figure at all" if name in found.not_measured else "only together with others"
        ends = over.scale.ticks[0], over.scale.ticks[-1]
        grey = over.bar("void", *ends, 28, 44)
        yield LossRow(f"{words.name([name])}, alone", sub, (grey,), "not measured", "")


def _ladder(words: _Words, found: Ladder) -> ShownLadder:
    values = [s.value for s in found.scores]
    over = axis(values, 100.0)
    rows: list[LossRow] = []
    for at, score in enumerate(found.scores):
        name, bar = score.name[:1].upper() + score.name[1:], over.bar("score", 0.0, score.value)
        rows.append(LossRow(name, score.about or "", (bar,), score.words, ""))
        if at < len(found.steps):
            step = found.steps[at]
            bar = over.bar(_FILLS[words.kind(step.assumptions)], score.value, values[at + 1])
            name = words.name(step.assumptions, step.also_changed)
            rows.append(LossRow(name, "", (bar,), f"{step.words} points", step.interval_words))
    return ShownLadder(found, over, tuple(rows))


_FILLS = {"task": "task", "outcome": "hatched", "mixed": "mixed"}
"""The fill of a bar by the kind of the assumptions that changed."""


def _numbers(places: Iterable[SourcePlace]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(p.number for p in places))


def _named(
    found: ScoreCheck, sections: Iterable[LossSection], ladder: Ladder | None
) -> Iterator[NumberedSource]:
    """Yield the sources on the page; those of figures for other uses stand beside the figures."""
    statements = (s for a in found.assumptions for s in (*a.assumed, *a.in_use))
    places = [p for s in statements for p in s.sources]
    places += [p for d in found.disputes for p in d.sources]
    places += [p for k in found.known_scores for p in k.sources]
    places += ladder.sources if ladder else []
    chosen = {p.number for p in places}
    chosen |= {n for section in sections for row in section.rows for n in row.numbers}
    return (s for s in found.sources if s.number in chosen)
