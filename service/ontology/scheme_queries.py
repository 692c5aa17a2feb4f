"""The concept schemes of a store: dimensions with their values, and domains."""

from collections import defaultdict
from collections.abc import Mapping

from loaders.mapping.iris import last_segment
from service.ontology.schemes import Scheme, SchemeValue
from service.queries import internal
from service.queries.cache import cached_per_state
from service.store.port import Engine, Row


@cached_per_state
def schemes(engine: Engine) -> Mapping[str, Scheme]:
    """Return the value scheme of every dimension that has one, by dimension."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in internal.rows(engine, "value-schemes"):
        rows[tail(row, "dimension") or ""].append(row)
    return {name: _scheme(name, found) for name, found in rows.items()}


def _scheme(name: str, rows: list[Row]) -> Scheme:
    values = [
        SchemeValue(
            tail(row, "value") or "",
            str(row["label"]),
            tail(row, "broader"),
            int(str(row["rank"])) if "rank" in row else None,
        )
        for row in rows
    ]
    return Scheme(
        name,
        {v.code: v for v in values},
        str(rows[0]["dimensionLabel"]),
        higher_asks_more=any(_true(row, "asksMore") for row in rows),
        may_coexist=any(_true(row, "coexist") for row in rows),
    )


def _true(row: Row, name: str) -> bool:
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
