"""Things and records that have another name now; the old one leads there for ever.

`<old> dcterms:isReplacedBy <new>` in `graph/provenance` says so, of a thing or of a series; of a
version it says that a newer one is there, as ever. DESIGN: names-for-ever
"""

from rdflib import URIRef

from loaders.mapping.iris import BASE
from service.common.problems import Renamed
from service.queries import internal
from service.store.port import Engine


def check_name(engine: Engine, iri: URIRef) -> None:
    """Raise `Renamed` where a thing or a series of records has another name now."""
    start = f"{BASE}id/"
    rows = internal.rows(engine, "renamed", iri=iri) if iri.startswith(start) else []
    names = [str(row["new"]) for row in rows if str(row["new"]).startswith(start)]
    if len(names) == 1:
        old, new = iri.removeprefix(start), names[0].removeprefix(start)
        raise Renamed(f"{old} is called {new} now.", before=old, now=new)
