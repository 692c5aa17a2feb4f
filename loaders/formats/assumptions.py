"""What a card of any level says on the five dimensions: derived by a rule, hinted, or nothing."""

from loaders.model import CORE_DIMENSIONS, Assumption, Coding


def derived(dimension: str, values: tuple[str, ...], rule: str, raw: str) -> Assumption:
    """Return an answer that a named rule reads out of a structured field; `raw` is what it held."""
    codes = tuple(f"{dimension}/{value}" for value in values)
    return Assumption(
        dimension=dimension,
        answer_status="answered",
        codings=tuple(Coding(code=c, basis="derived", rule=rule, source_text=raw) for c in codes),
        assumes=codes,
    )


def hinted(dimension: str, *hints: str) -> Assumption:
    """Return no answer, with the passages that a reader could use beside it."""
    return Assumption(dimension=dimension, hints=hints)


def core(*given: Assumption | None) -> tuple[Assumption, ...]:
    """Return one assumption for each core dimension: the given ones, else *not stated*."""
    by_name = {a.dimension: a for a in given if a is not None}
    return tuple(by_name.get(d, Assumption(dimension=d)) for d in CORE_DIMENSIONS)
