"""What the store knows of the things and records that new triples refer to."""

from collections.abc import Iterable

from loaders.mapping.iris import BASE, EGAP
from service.store.port import Engine
from service.store.rdf_input import lines


def known(engine: Engine, iris: Iterable[str]) -> str:
    """Return, as N-Triples, the types and assumptions that the store has for these IRIs.

    The shapes need them to see that a review's card, or a gap's benchmark, exists.
    """
    ours = sorted(iri for iri in set(iris) if iri.startswith(f"{BASE}id/"))
    if not ours:
        return ""
    values = " ".join(f"<{iri}>" for iri in ours)
    found = engine.construct(f"""
        CONSTRUCT {{ ?x a ?type . ?x <{EGAP.hasAssumption}> ?a }} WHERE {{
          VALUES ?x {{ {values} }} ?x a ?type . FILTER (STRSTARTS(STR(?type), "{BASE}"))
          OPTIONAL {{ ?x <{EGAP.hasAssumption}> ?a }} }}""")
    return lines(found).decode()
