"""The concept schemes of a store: dimensions with their values, and domains."""

from collections import defaultdict
from collections.abc import Mapping

from loaders.mapping.iris import BASE, last_segment
from service.ontology.schemes import Scheme, Value
from service.queries.cache import PerContent
from service.store.port import Engine, Row

PREFIXES = f"""
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX egap: <{BASE}ontology#>
PREFIX review: <{BASE}code/review-status/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
_SCHEMES = """
SELECT ?dimension ?dimensionLabel ?asksMore ?coexist ?value ?label ?rank ?broader WHERE {
  ?scheme egap:valuesOf ?dimension . ?dimension skos:prefLabel ?dimensionLabel .
  ?value skos:inScheme ?scheme ; skos:prefLabel ?label .
  OPTIONAL { ?scheme egap:higherRankAsksMore ?asksMore }
  OPTIONAL { ?scheme egap:valuesMayCoexist ?coexist }
  OPTIONAL { ?value egap:rank ?rank } OPTIONAL { ?value skos:broader ?broader } }
ORDER BY ?dimension ?rank ?value"""


@PerContent
def schemes(engine: Engine) -> Mapping[str, Scheme]:
    """Return the value scheme of every dimension that has one, by dimension."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in engine.select(PREFIXES + _SCHEMES):
        rows[tail(row, "dimension") or ""].append(row)
    return {name: _scheme(name, found) for name, found in rows.items()}


def _scheme(name: str, rows: list[Row]) -> Scheme:
    values = [
        Value(
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
        higher_asks_more=_true(rows[0], "asksMore"),
        may_coexist=_true(rows[0], "coexist"),
    )


def _true(row: Row, name: str) -> bool:
    return str(row.get(name, "false")) in {"true", "1"}


def tail(row: Row, name: str) -> str | None:
    """Return the last segment of the IRI of a variable; None where it is unbound."""
    return last_segment(row[name]) if name in row else None


@PerContent
def domain_scheme(engine: Engine) -> Scheme:
    """Return the application domains as a scheme; a subject may have several of them."""
    rows = engine.select(
        f"{PREFIXES} SELECT ?value ?label WHERE {{ "
        f"?value skos:inScheme <{BASE}scheme/domain> ; skos:prefLabel ?label }} ORDER BY ?value"
    )
    values = [Value(tail(row, "value") or "", str(row["label"])) for row in rows]
    return Scheme("domain", {v.code: v for v in values}, "Domain")


def domains(engine: Engine) -> list[str]:
    """Return the application domains there are."""
    return list(domain_scheme(engine).values)
