"""The name that a thing has today: what was merged into another, or given up, leads to it.

Every parameter that names a thing is read by these functions, so an old name asks what the new one
does.
"""
# DESIGN: names-for-ever

import re

from rdflib import URIRef

from loaders.mapping.iris import BASE
from service.queries import internal
from service.store.port import Engine

_ID = re.compile(r"[a-z0-9]+([-./][a-z0-9]+)*")


def iri_now(engine: Engine, iri: URIRef) -> URIRef:
    """Return the IRI that a thing, or a series of records, has today; itself where it has it."""
    seen = {iri}
    while len(rows := internal.rows(engine, "renamed", iri=iri)) == 1:
        iri = URIRef(str(rows[0]["new"]))
        if iri in seen:
            break
        seen.add(iri)
    return iri


def id_now(engine: Engine, kind: str, ident: str) -> str:
    """Return the id that a thing of this kind has today; what can be no id stays as it is."""
    start = f"{BASE}id/{kind}/"
    if not _ID.fullmatch(ident):
        return ident
    now = iri_now(engine, URIRef(start + ident))
    return now.removeprefix(start) if now.startswith(start) else ident


def is_known(engine: Engine, kind: str, ident: str) -> bool:
    """Tell whether anything is said of a thing of this kind."""
    iri = URIRef(f"{BASE}id/{kind}/{ident}")
    return bool(_ID.fullmatch(ident)) and internal.holds(engine, "known", iri=iri)
