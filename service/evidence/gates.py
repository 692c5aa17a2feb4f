"""What a figure must have to be summed up with others: gates with names, each a reason or none.

A list beside a deployment (`relevance`) and a synthesis (`syntheses`) ask the same questions; a
synthesis asks more of them, in an order that its protocol gives.
"""
# DESIGN: protocol-before-data

from collections.abc import Callable

from service.evidence.copies import LEVELS, UNSETTLED
from service.evidence.figures import PROPORTION_UNITS, Figure, standard_error

_READABLE = {None, "exact", "approximate"}
_UNSEEN = {"secondary", "unverified"}
"""Levels of a figure that nobody has seen in its own source."""

FigureGate = Callable[[Figure], str | None]
"""Returns why a figure does not pass, or None if it does."""


def difference(figure: Figure) -> str | None:
    """Ask for an absolute difference with one number that is no bound."""
    if figure.kind != "absolute-difference":
        return f"{figure.kind}, and only absolute differences are pooled"
    if figure.value is None:
        unseen = figure.verification in _UNSEEN
        return "no number was seen in its own source" if unseen else "it has no single number"
    words = (figure.qualifier or "").replace("-", " ")
    if figure.qualifier in _READABLE:
        return None
    return f"the number is {'an' if words[:1] in 'aeiou' else 'a'} {words}"


def settled(figure: Figure) -> str | None:
    """Ask for a record that is neither disputed nor withdrawn."""
    return f"the record is {figure.status}" if figure.status in UNSETTLED else None


def checked(figure: Figure) -> str | None:
    """Ask for numbers that somebody other than who made them has checked."""
    if figure.verification in LEVELS:
        return None
    return f"its numbers are {figure.verification}: nobody else has checked them"


def seen(figure: Figure) -> str | None:
    """Ask for numbers that were seen in their own source or recomputed."""
    if figure.verification in _UNSEEN:
        return f"its numbers are {figure.verification}: they were not seen in their own source"
    return checked(figure)


def study(figure: Figure) -> str | None:
    """Ask for the study of both scores."""
    ends = (figure.before, figure.after)
    if figure.studies and not any(a.metric and not a.study for a in ends):
        return None
    return "no study is named, so that nobody can tell which figures are of one"


def metric(figure: Figure) -> str | None:
    """Ask for one class of metric and one direction at both ends."""
    known = sorted({c.label or c.code for c in figure.classes if c})
    if len(known) > 1:
        return f"its two scores are of different classes of metric: {' and '.join(known)}"
    if figure.metric_class is None:
        return "the class of its metric is not stated"
    if figure.higher_is_better is None:
        return "whether a higher score is better is not stated"
    return None


def unit(figure: Figure) -> str | None:
    """Ask for a unit that is a share of a whole."""
    if figure.unit in PROPORTION_UNITS:
        return None
    return f"{figure.unit}: scales of different scores are not one unit"


def error(figure: Figure) -> str | None:
    """Ask for a standard error."""
    found = standard_error(figure)
    return f"no standard error: {found.method}" if found.value is None else None


def one_system(figure: Figure) -> str | None:
    """Ask for one system, so that both scores are of it."""
    named = len(figure.systems)
    if figure.several:
        return f"{' and '.join(sorted(figure.systems))} stands for several systems"
    if named == 1:
        return None
    if not named:
        return "no system is named, so that nobody can tell whether both scores are of one"
    return f"{named} systems are named, and not that each was scored under both conditions"


def first_reason(figure: Figure, gates: tuple[FigureGate, ...]) -> str | None:
    """Return why a figure fails the first gate that it does not pass; None if it passes all."""
    return next((why for gate in gates if (why := gate(figure))), None)
