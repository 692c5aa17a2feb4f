"""A person merges things by confirming that they are the same, and splits them by rejecting it.

Each record that names the thing that is not kept gets a version that names the kept one, so lists
and counts hold it once with no query to know of it; the old name leads to the kept one. Rejecting
the match gives each of these records a version that names the old thing again. What is imported
meanwhile under the old name is stored under the kept one, and its source finds it unchanged.
`settle` brings all of that in line with the matches as they stand. Every import runs it, so what a
crash left half done is done by the next.
"""
# DESIGN: merged-by-versions

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from rdflib import URIRef

from loaders.mapping.iris import BASE, DCTERMS, EGAP, PROV, PROVENANCE, path_below
from loaders.model import Match, whole_number
from service.access import LogEntry
from service.ingest.successors import Successor, Version, judged_lines, repeated
from service.queries import internal
from service.records.merged import KINDS, MERGED, SAME, in_force, resolved
from service.store.port import Engine
from service.validation.gate import Gate
from service.validation.validator import Issue


@dataclass(frozen=True)
class Confirmed:
    """The confirmed matches of things that are the same: by the name that is not kept."""

    kept: Mapping[str, str]
    """The name that is kept at the end of each chain."""
    match: Mapping[str, str]
    """The record that says so."""


def confirmed(engine: Engine, without: Container[str] = ()) -> Confirmed:
    """Return the confirmed matches as they stand, `without` those of these IRIs."""
    rows = [r for r in internal.rows(engine, "merges") if str(r["match"]) not in without]
    pairs = [(str(row["old"]), str(row["kept"])) for row in rows]
    return Confirmed(resolved(pairs), {str(row["old"]): str(row["match"]) for row in rows})


def refused(engine: Engine, matches: Mapping[str, Match]) -> dict[str, list[Issue]]:
    """Return, by IRI of the version, why a confirmed match cannot merge its things.

    Each is judged after those before it, as if these were stored.
    """
    same = {iri: match for iri, match in matches.items() if match.relation == SAME}
    rows = internal.rows(engine, "merges") if same else ()
    direct = {str(row["old"]): str(row["kept"]) for row in rows}
    found: dict[str, list[Issue]] = {}
    for iri, match in same.items():
        old, target = (f"{BASE}id/{path}" for path in (match.subject, match.target))
        if match.status == "accepted":
            reasons = list(_reasons(direct, match, old, target))
            found[iri] = [Issue(iri, "Target", match.target, r, "Violation", "") for r in reasons]
            if not reasons:
                direct[old] = target
        elif direct.get(old) == target:
            del direct[old]
    return {iri: issues for iri, issues in found.items() if issues}


def _reasons(direct: Mapping[str, str], match: Match, old: str, target: str) -> Iterator[str]:
    kinds = [path.partition("/")[0] for path in (match.subject, match.target)]
    if kinds[0] != kinds[1] or kinds[0] not in KINDS:
        yield (
            f"Only two things of one kind are the same, of {', '.join(KINDS)}; these are "
            f"{kinds[0]} and {kinds[1]}. Use another relation."
        )
    if direct.get(old, target) != target:
        yield (
            f"{match.subject} is {path_below(direct[old])} already. Reject that match first, or "
            f"match {path_below(direct[old])}."
        )
    if old not in resolved({**direct, old: target}.items()):
        yield f"{match.target} is {match.subject} already: reject that match first."


def note(graph: str, matches: Iterable[str]) -> str:
    """Return, as N-Quads, that a version names another thing because of matches."""
    return "".join(
        f"<{graph}> <{PROV.wasInfluencedBy}> <{match}> {PROVENANCE.n3()} .\n" for match in matches
    )


def settle(engine: Engine, gate: Gate, write: LogEntry) -> None:
    """Bring what records name in line with the confirmed matches, in one transaction.

    Raises `Invalid` where the shapes refuse a version, and then changes nothing.
    """
    now, before = confirmed(engine), in_force(engine)
    if now.kept == before:
        return
    successors: dict[str, Successor] = {}
    notes: list[str] = []
    for old, kept in before.items():
        for back in _split(engine, old, before, now.kept) if now.kept.get(old) != kept else ():
            successors.setdefault(back.version.name, back)
    for old in now.kept:
        for version in _naming(engine, old):
            new = successors.setdefault(version.name, _renamed(engine, version, version, now.kept))
            notes.append(note(str(new.version.graph), [now.match[old]]))
    said = "".join(
        f"<{old}> <{DCTERMS.isReplacedBy}> <{kept}> {MERGED.n3()} .\n"
        for old, kept in sorted(now.kept.items())
    )
    lines = judged_lines(engine, gate, [*successors.values()], write)
    engine.commit("".join([lines, said, *notes]), [str(MERGED)])


def _split(
    engine: Engine, old: str, before: Mapping[str, str], now: Mapping[str, str]
) -> Iterator[Successor]:
    """Yield the versions to come of records that a merge moved, which is not in force any more."""
    kept = before[old]
    for version in _moved(engine, old):
        if back := _back(engine, version, before, now, {kept: now.get(old, old)}):
            yield back
    for version in _moved_elsewhere(engine, old, kept):
        if back := _back(engine, version, before, now):
            yield back


def _naming(engine: Engine, thing: str) -> Iterator[Version]:
    """Yield the current records that name a thing, but for matches of what is the same."""
    seen: dict[str, None] = {}
    for row in internal.rows(engine, "naming", name=[URIRef(thing)]):
        seen[str(row["record"])] = None
    for record in seen:
        found = _version(record)
        if found and not (found.kind == Match.kind and _stays(engine, found)):
            yield found


def _stays(engine: Engine, match: Version) -> bool:
    """Tell whether a match speaks of the names themselves: it stays what a person decided on."""
    said = engine.graph(str(match.graph))
    relation = next(said.objects(match.iri, EGAP.matchRelation), None)
    return str(relation) == f"{BASE}code/match-relation/{SAME}"


def _moved(engine: Engine, old: str) -> Iterator[Version]:
    """Yield the current versions of the records that name another thing since it was merged."""
    for row in internal.rows(engine, "moved-by", thing=URIRef(old)):
        if found := _version(str(row["record"])):
            yield found


def _moved_elsewhere(engine: Engine, old: str, kept: str) -> Iterator[Version]:
    """Yield records that came from the dump of another store, in which they had been moved."""
    terms = {"thing": URIRef(old), "kept": URIRef(kept)}
    for row in internal.rows(engine, "moved-elsewhere", **terms):
        if found := _version(str(row["record"])):
            yield found


def _version(record: str) -> Version | None:
    kind, _, path = path_below(record).partition("/")
    ident, _, number = path.rpartition("/")
    version = whole_number(number)
    return Version(kind, ident, version) if version and ident else None


def _renamed(
    engine: Engine, current: Version, said: Version, names: Mapping[str, str]
) -> Successor:
    """Return what a version `said` as the one after the current, with things under other names."""
    return repeated(engine, said, current.numbered(current.number + 1), called=names)


def _back(
    engine: Engine,
    current: Version,
    before: Mapping[str, str],
    now: Mapping[str, str],
    else_: Mapping[str, str] | None = None,
) -> Successor | None:
    """Return the version to come as one of earlier, from which the merges made the current one.

    In it two things may stand that a merge made one. Where the current one came in as it is, its
    names change as in `else_`. None where it has the earlier names already, since an import was
    undone. Without `else_`, in a version from another store, the source may say anything.
    """
    stands = set(_renamed(engine, current, current, {}).triples)
    every = (current.numbered(n) for n in range(1, current.number))
    for earlier in every if else_ is None else _of_same_content(engine, current):
        made = set(_renamed(engine, current, earlier, before).triples)
        again = _renamed(engine, current, earlier, now)
        if made != set(again.triples) and stands in (made, set(again.triples)):
            return again if stands == made else None
    return None if else_ is None else _renamed(engine, current, current, else_)


def _of_same_content(engine: Engine, version: Version) -> Iterator[Version]:
    """Yield the versions before this one of which the source says the same."""
    every = [version.numbered(n) for n in range(1, version.number)]
    rows = internal.rows(engine, "version-origins", graph=[v.graph for v in (*every, version)])
    contents = {str(row["graph"]): str(row["content"]) for row in rows}
    content = contents.get(str(version.graph))
    return (v for v in every if contents.get(str(v.graph)) == content)


def said_again(
    engine: Engine, old: Version, new: Version, now: Confirmed, called: Mapping[str, str]
) -> tuple[Successor, str]:
    """Return what an earlier version says as a new one, and which matches that rests on (N-Quads).

    It has the names that are kept `now`, whatever was merged when it was made; `called` are names
    that were given up for ever.
    """
    names = {**called, **now.kept}
    rows = internal.rows(engine, "moves-of", version=old.iri)
    moved = {str(row["old"]): str(row["kept"]) for row in rows}
    source = old
    if any(now.kept.get(thing) != kept for thing, kept in moved.items()):
        before = resolved({**now.kept, **moved}.items())
        stands = set(repeated(engine, old, new).triples)
        earlier = list(_of_same_content(engine, old))
        own = any(set(repeated(engine, v, new).triples) == stands for v in earlier)
        made_of = (
            v for v in earlier if set(repeated(engine, v, new, called=before).triples) == stands
        )
        source = old if own else next(made_of, old)
        if source == old and not own:
            names = {**{kept: thing for thing, kept in moved.items()}, **names}
    given = {str(o) for _, _, o in engine.graph(str(source.graph))}
    matches = [now.match[thing] for thing in now.kept if thing in given]
    again = replace(repeated(engine, source, new, called=names), repeats=old)
    return again, note(str(new.graph), matches)
