"""The concept schemes of a store: dimensions with their values, and domains."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from loaders.mapping.iris import last_segment
from service.ontology.schemes import Scheme, SchemeValue
from service.queries import internal
from service.queries.cache import cached_per_state
from service.store.port import Engine, Row


@cached_per_state
def schemes(engine: Engine) -> Mapping[str, Scheme]:
    """Return the value scheme of every dimension that has one, by dimension, with its parts."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in internal.rows(engine, "value-schemes"):
        rows[tail(row, "dimension") or ""].append(row)
    people = _people(engine)
    return {
        name: replace(_of_dimension(name, found), people=people) for name, found in rows.items()
    }


def _people(engine: Engine) -> Scheme:
    """Return the populations that a statement may name, the part `population` of any dimension."""
    rows = internal.rows(engine, "populations")
    values = [
        SchemeValue(tail(row, "value") or "", str(row["label"]), tail(row, "broader"))
        for row in rows
    ]
    return Scheme("population", {v.code: v for v in values}, "Population", part="population")


def _of_dimension(name: str, rows: list[Row]) -> Scheme:
    """Return the scheme of a dimension; one with several schemes has each as a part."""
    by_scheme: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_scheme[str(row["scheme"])].append(row)
    whole = str(rows[0]["dimensionLabel"])
    found = [_scheme(name, whole, some) for some in by_scheme.values()]
    parts = tuple(s for s in found if s.part)
    if not parts:
        return found[0]
    old = (s for s in found if not s.part)
    values = {code: value for s in (*parts, *old) for code, value in s.values.items()}
    return Scheme(name, values, whole, parts=parts)


def _scheme(name: str, whole: str, rows: list[Row]) -> Scheme:
    """Return one scheme: the row of each value stands once for each thing said of it."""
    by_value: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_value[tail(row, "value") or ""].append(row)
    part = str(rows[0]["part"]) if "part" in rows[0] else None
    return Scheme(
        name,
        {code: _value(code, some) for code, some in by_value.items()},
        str(rows[0]["partLabel"]) if part else whole,
        higher_asks_more=true(rows[0], "asksMore"),
        may_coexist=true(rows[0], "coexist"),
        part=part,
        compared="compared" not in rows[0] or true(rows[0], "compared"),
    )


def _value(code: str, rows: list[Row]) -> SchemeValue:
    first = rows[0]
    return SchemeValue(
        code,
        str(first["label"]),
        tail(first, "broader"),
        int(str(first["rank"])) if "rank" in first else None,
        _tails(rows, "entails"),
        true(first, "leavesNothing"),
        true(first, "old"),
        _tails(rows, "same"),
        _tails(rows, "mayMean"),
    )


def _tails(rows: list[Row], name: str) -> frozenset[str]:
    return frozenset(found for row in rows if (found := tail(row, name)))


def true(row: Row, name: str) -> bool:
    """Tell whether a variable is the truth value true; an unbound one is not."""
    return str(row.get(name, "false")) in {"true", "1"}


def tail(row: Row, name: str) -> str | None:
    """Return the last segment of the IRI of a variable; None where it is unbound."""
    return last_segment(row[name]) if name in row else None


@cached_per_state
def domain_scheme(engine: Engine) -> Scheme:
    """Return the application domains as a scheme; a subject may have several of them."""
    values = [
        SchemeValue(tail(row, "value") or "", str(row["label"]))
        for row in internal.rows(engine, "domains")
    ]
    return Scheme("domain", {v.code: v for v in values}, "Domain")


def domains(engine: Engine) -> list[str]:
    """Return the application domains there are."""
    return list(domain_scheme(engine).values)
