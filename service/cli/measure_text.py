"""What one log says, as lines of text."""

from collections.abc import Iterator

from service.common.digits import first_of, plural
from service.measurement.cards import CardBeside
from service.measurement.describe import LogDescription, ScoreDescription
from service.measurement.result import ReportedBeside

_SHOWN = 8
_WHOLE = 100


def description_lines(found: LogDescription) -> Iterator[str]:
    """Yield the run, its scores, what may name and group items, what it assumed, cards beside."""
    source, roles = found.source, "".join(f", {r}: {m}" for r, m in found.roles.items())
    yield f"{source.name}: {source.tool}, {source.format}, status {source.status}"
    if found.task or found.system:
        yield f"Task {found.task} {found.task_version or ''}".rstrip() + f", {found.system}{roles}"
    of = f" of {found.expected}" if found.expected not in {None, found.runs} else ""
    yield f"{found.runs}{of} runs: {plural(found.items, 'item', 'items')}, epochs: {found.epochs}"
    for score in found.scores:
        yield from _score(score)
    yield f"--id: {first_of([*found.ids], _SHOWN) or 'none'}"
    clusters = (f"{field.name} ({field.clusters})" for field in found.clusters)
    own = f"; the harness clusters its error by {found.own_cluster}" if found.own_cluster else ""
    yield f"--cluster: {first_of([*clusters], _SHOWN) or 'none'}{own}"
    yield from _assumed(found)
    yield from (f"Note: {note}" for note in found.notes)
    for card in found.cards:
        yield from _card(card)


def _score(score: ScoreDescription) -> Iterator[str]:
    if score.value is None or score.stderr is None:
        yield f"Score {score.name}: {score.problem or 'too few items to tell'}"
        return
    lost = f", {score.errors} errors, {score.unscored} unscored"
    yield (
        f"Score {score.name}: {score.value:.2f} (standard error {score.stderr:.2f}), "
        f"{score.scored} runs scored{lost}"
    )
    if score.smallest_seen is not None and 0 < score.smallest_seen < _WHOLE:
        yield (
            f"    Two such logs show a loss of {score.smallest_seen:.1f} points or more with a "
            "power of 80 % if their items were unrelated; pairing lowers it."
        )
    yield from (f"    {_reported(figure)}" for figure in score.reported)


def _reported(figure: ReportedBeside) -> str:
    by = f" clustered by {figure.cluster}" if figure.cluster else ""
    ours = "" if figure.ours is None else f", ours {figure.ours:.6g}"
    ratio = "" if figure.ratio is None else f" (ratio {figure.ratio:.4f})"
    return f"reported {figure.metric}{by} {figure.value:.6g}{ours}{ratio}"


def _assumed(found: LogDescription) -> Iterator[str]:
    if found.stamp:
        changed = ", ".join(found.stamp.changed) or "nothing"
        yield f"The log says of itself: condition {found.stamp.rung}, changed {changed}"
    yield "What the run assumed:" if found.values else "Nothing is known of what the run assumed."
    for value in found.values:
        share = f", {100 * value.share:.0f} % of {value.of} runs" if value.of else ""
        rule = f" by {value.rule}" if value.rule else ""
        note = f" ({value.note})" if value.note else ""
        yield f"    {value.dimension}: {value.value}, {value.basis}{rule}{share}{note}"


def _card(card: CardBeside) -> Iterator[str]:
    yield (
        f"Perhaps {card.title} (benchmark/{card.benchmark}): {' '.join(card.reasons)} "
        "Its cards say, of the benchmark and not of this run:"
    )
    yield from (f"    {cell.label}: {cell.words}" for cell in card.cells)
