"""What a store needs before it serves: ontology, shapes and the shipped records."""
# DESIGN: validated-before

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from rdflib import Literal, URIRef

from loaders.contract import Document, Raw, Rejected
from loaders.mapping.iris import EGAP, ONTOLOGY_GRAPH, SHAPES_GRAPH
from loaders.mapping.nquads import nquads
from loaders.registry import read
from service.common.problems import Conflict, Invalid
from service.common.resources import VERSION, resource, turtle_files
from service.ingest.pipeline import ingest
from service.ingest.report import ImportReport
from service.ontology import graphs, releases
from service.ontology.closure import within
from service.queries import internal
from service.queries.cache import cached_per_state
from service.store.port import Engine
from service.validation.gate import Gate

_STATE = URIRef("https://w3id.org/evalgap/graph/state")
SHIPPED = URIRef("https://w3id.org/evalgap/id/source/shipped-data")


def prepare(engine: Engine, gate: Gate, *, seed: bool, tell: Callable[[str], None]) -> None:
    """Bring ontology, shapes and (with `seed`) the shipped records up to date.

    What has not changed since last time is not touched, and records that passed the shapes
    before they were shipped do not pass them again. Raises `Invalid` where a record was changed
    and does not pass, and `Conflict` for a store with another version of the ontology.
    """
    check_version(engine)
    load_current(engine, gate, seed=seed, tell=tell)


def check_version(engine: Engine) -> None:
    """Raise `Conflict` where a store is to be upgraded before it is written to.

    DESIGN: upgrade-on-request
    """
    stored, current = stored_version(engine), releases.current()
    if stored is None or stored == current:
        return
    if releases.order(stored) > releases.order(current):
        raise Conflict(
            f"The store has version {stored} of the ontology and this program {current}: a newer "
            "EvalGap wrote it. Install that one."
        )
    raise Conflict(
        f"The store has version {stored} of the ontology, and this program {current}. "
        "`evalgap upgrade` brings it up to date and keeps a copy; with --dry-run it says what "
        "would change. Until then it can be read, not written."
    )


def stored_version(engine: Engine) -> str | None:
    """Return the version of the ontology that a store has; None for one without."""
    rows = internal.rows(engine, "ontology-version")
    return max((str(row["version"]) for row in rows), key=releases.order, default=None)


def load_current(engine: Engine, gate: Gate, *, seed: bool, tell: Callable[[str], None]) -> None:
    """Do what `prepare` does, whatever version the store has."""
    current = {
        ONTOLOGY_GRAPH: _digest(turtle_files("ontology")),
        SHAPES_GRAPH: _digest(turtle_files("shapes")),
        SHIPPED: _digest(shipped_files()) if seed else "",
    }
    found = _state(engine)
    if any(found.get(iri) != current[iri] for iri in (ONTOLOGY_GRAPH, SHAPES_GRAPH)):
        tell("Loading ontology and shapes")
        engine.commit(_vocabulary(), drop=[str(ONTOLOGY_GRAPH), str(SHAPES_GRAPH)])
    if seed and found.get(SHIPPED) != current[SHIPPED]:
        tell("Importing the shipped cards")
        _import_shipped(engine, Gate.that_passes_all() if _validated_before() else gate)
    if {k: v for k, v in current.items() if v} != found:
        _remember(engine, {**found, **{k: v for k, v in current.items() if v}})


def _vocabulary() -> str:
    """Return ontology and shapes as N-Quads, with what follows from their hierarchies."""
    ontology = [*graphs.taxonomy(), *within(graphs.taxonomy())]
    return nquads(ontology, ONTOLOGY_GRAPH.n3()) + nquads(graphs.shapes(), SHAPES_GRAPH.n3())


def validated() -> Path:
    """Return the file with `release_digest` as it was when all shipped records last passed."""
    return resource("data", "VALIDATED")


def release_digest() -> str:
    """Return the SHA-256 of the shipped records, and of ontology and shapes that judge them."""
    return _digest([*shipped_files(), *turtle_files("ontology"), *turtle_files("shapes")])


@dataclass(frozen=True)
class DataRelease:
    """The shipped records that a store holds: the day of the newest, and a digest of all.

    The day is empty for records of another release of this program.
    """

    day: str
    digest: str

    @property
    def short(self) -> str:
        """The day and as much of the digest as a reader compares."""
        return f"{self.day or 'of another version'}, sha256 {self.digest[:12]}"


@cached_per_state
def stored_release(engine: Engine) -> DataRelease | None:
    """Return which shipped records a store was filled with last; None for one without."""
    digest = _state(engine).get(SHIPPED)
    if digest is None:
        return None
    is_ours = digest == _digest(shipped_files())
    return DataRelease(release_day() if is_ours else "", digest)


def release_day() -> str:
    """Return the newest day that a shipped record gives as its own; see `tests.answers`."""
    return resource("data", "RELEASE").read_text(encoding="ascii").strip()


def shipped_files() -> list[Path]:
    """Return the files of shipped records."""
    return sorted(resource("data").rglob("*.yaml"))


def _import_shipped(engine: Engine, gate: Gate) -> None:
    documents = (_read(path) for path in shipped_files())
    tally = ImportReport()
    # the tests compare what pySHACL says of every shipped record
    for outcome in ingest(documents, engine, gate, audited=False):
        tally.add(outcome)
        if outcome.problems:
            raise Invalid(f"{outcome.source}: {outcome.problems[0].sentence()}")


def _read(path: Path) -> Document | Rejected:
    """Read a shipped file under its name in the project, wherever it is installed."""
    return read(Raw(f"data/{path.relative_to(resource('data')).as_posix()}", path.read_bytes()))


def _validated_before() -> bool:
    """Tell whether the records are those that passed before they were shipped."""
    file = validated()
    return file.exists() and file.read_text(encoding="ascii").strip() == release_digest()


def _digest(files: Iterable[Path]) -> str:
    whole = sha256(VERSION.encode())
    for path in files:
        whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()


def _state(engine: Engine) -> dict[URIRef, str]:
    graph = engine.graph(str(_STATE))
    return {URIRef(str(s)): str(o) for s, o in graph.subject_objects(EGAP.contentHash)}


def _remember(engine: Engine, state: dict[URIRef, str]) -> None:
    triples = [(iri, EGAP.contentHash, Literal(digest)) for iri, digest in state.items()]
    engine.commit(nquads(triples, _STATE.n3()), drop=[str(_STATE)])
