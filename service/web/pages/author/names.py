"""Short names for addresses, made of the names that people type, and who has them already."""

from collections.abc import Mapping, Sequence

from loaders.contract import RecordProblem
from loaders.mapping.iris import series_iri
from loaders.model import Card
from loaders.reading.cleaning import slug
from service.fit import from_graph
from service.fit.claims import BenchmarkClaims
from service.queries import internal
from service.store.port import Engine
from service.web.pages.author.form import Typed, one


def named(engine: Engine, given: Typed) -> Typed:
    """Return what was typed with a short name for benchmark and author, where none was given.

    One that was typed is written as addresses have it. One that stands for another name already
    gets a number.
    """
    title, author = one(given, "title"), one(given, "author_name")
    same = alike(engine, {"title": [title]})
    benchmark = slug(one(given, "benchmark")) or (same[0].id if same else _free(engine, title))
    return {
        **given,
        "benchmark": [benchmark],
        "author": [slug(one(given, "author")) or _author(engine, author)],
    }


def alike(engine: Engine, given: Typed) -> Sequence[BenchmarkClaims]:
    """Return the benchmarks that have the name or the short name of this one already."""
    written, short = slug(one(given, "title")), one(given, "benchmark")
    every = from_graph.benchmarks(engine)
    found = (b for b in every if b.id == short or (written and slug(b.title or b.id) == written))
    return sorted(found, key=lambda b: b.id)


def _free(engine: Engine, title: str) -> str:
    taken = {b.id for b in from_graph.benchmarks(engine)}
    return next((name for name in _numbered(title) if name not in taken), "")


def _author(engine: Engine, name: str) -> str:
    """Return the short name of an author: that of another name is not theirs."""
    for short in _numbered(name):
        known = internal.rows(engine, "names-of-agents", agent=series_iri("agent", short))
        if not known or any(str(row["name"]) == name for row in known):
            return short
    return ""


def _numbered(name: str) -> Sequence[str]:
    stem = slug(name)
    return [stem, *(f"{stem}-{n}" for n in range(2, 20))] if stem else []


def clashes(engine: Engine, given: Typed, typed: Typed, base: Card | None) -> Mapping[str, str]:
    """Return, by field, why a card cannot be stored under its names before its author looks at it.

    `typed` is what was sent, before `named`. The benchmark is there already and nobody said that it
    is the same; or the author has a card of it, which this one would replace.
    """
    benchmark, author = one(given, "benchmark"), one(given, "author")
    opened = base.id if base else ""
    found: dict[str, str] = {}
    if not one(typed, "benchmark") and alike(engine, {"title": [one(given, "title")]}):
        found["benchmark"] = (
            f"A benchmark of this name is here already, as {benchmark}. If yours is the same, send "
            "again unchanged: your card is shown beside the others. If not, change this field."
        )
    if f"{benchmark}/{author}" != opened and stored(engine, benchmark, author):
        found["author"] = (
            "An author of this short name has described this benchmark already. If that is you, "
            f"open it at /author/new?card={benchmark}/{author}; if not, choose another short name."
        )
    return found


def stored(engine: Engine, benchmark: str, author: str) -> bool:
    """Tell whether a benchmark has a card by this author."""
    series = series_iri("card", f"{benchmark}/{author}")
    return bool(benchmark and author and internal.rows(engine, "current-version", series=series))


def placed(found: Mapping[str, str]) -> dict[str, list[RecordProblem]]:
    """Return the reasons as problems of their fields."""
    return {name: [RecordProblem(said)] for name, said in found.items()}
