"""Listings of UKGovernmentBEIS/inspect_evals (MIT): `eval.yaml` files, `listing.yaml` entries.

Many other files there are named `eval.yaml` too; a listing has a title and named tasks. A human
baseline is a score of people on the same items, so it is no gap: it is kept in words.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from loaders.contract import CardError, FoundFields, Key, Raw, RecordProblem, own_key, place_key
from loaders.formats.assumptions import core, hinted
from loaders.model import Agent, Assumption, Implementation, ImplementationCard, Record
from loaders.reading.cleaning import is_missing, record_id, text, texts
from loaders.reading.identifiers import hub_id, identifiers
from loaders.reading.links import former_key, links, no_link, path_below
from loaders.reading.source_fields import SourceFields, addresses

SOURCE = "inspect-evals"
HARNESS = "Inspect"
AUTHOR = Agent(id="inspect-evals", name="UKGovernmentBEIS/inspect_evals (MIT)")
ROOTS = ("src/inspect_evals", "inspect_evals")

DOMAINS = {"healthcare": "healthcare", "medical": "healthcare"}
"""The source's tags that equal one of our domain codes."""

_FIELDS = SourceFields(
    *("title", "description", "group", "version", "tags", "metadata/sandbox"),
    *(f"tasks/*/{name}" for name in ("dataset_samples", "kind", "comment")),
    *(f"tasks/*/human_baseline/{name}" for name in ("metric", "score", "source")),
    given={"arxiv": addresses},
)


def fields(content: Mapping[str, Any]) -> FoundFields:
    """Return what becomes of each field of a listing."""
    return _FIELDS.found(content)


def detects(content: Any) -> bool:
    """Recognise a listing by its title and its named tasks."""
    tasks = content.get("tasks") if isinstance(content, Mapping) else None
    return (
        isinstance(tasks, list)
        and isinstance(content.get("title"), str)
        and any(isinstance(t, Mapping) and "name" in t for t in tasks)
        and bool({"arxiv", "contributors", "group", "external_assets"} & set(content))
    )


def key(raw: Raw, content: Mapping[str, Any]) -> Key:
    """Return the listing's path in the project, or its `path` in a file of many listings."""
    path = text(content.get("path"))
    if raw.place and path:
        return own_key(f"{raw.name}/{PurePosixPath(path).name}")
    below = path_below(raw, *ROOTS)
    if below and not raw.place:
        return own_key(below)
    former = f"{former_key(raw, *ROOTS)}{raw.place}"
    return place_key(raw, text(content.get("title")), former)


def load(raw: Raw, content: Mapping[str, Any]) -> tuple[list[Record], list[RecordProblem]]:
    """Return the card of one listing, and what of it could not be kept as a link."""
    title = text(content.get("title"))
    if title is None:
        raise CardError(RecordProblem("The listing has no title.", "title", mend="Give it one."))
    ident, tags = record_id(SOURCE, raw.key), texts(content.get("tags"))
    address = texts(content.get("arxiv"))
    card = ImplementationCard(
        id=f"{ident}/{AUTHOR.id}",
        implementation=Implementation(id=ident),
        implementation_version=text(content.get("version")),
        harness=HARNESS,
        title=title,
        description=text(content.get("description")),
        identifiers=(f"{SOURCE}:{_folder(raw.key)}", *identifiers(links(address))),
        domains=tuple(dict.fromkeys(DOMAINS[t.lower()] for t in tags if t.lower() in DOMAINS)),
        keywords=tags,
        publications=links(address),
        groups=texts(content.get("group")),
        settings=tuple(_settings(content)),
        dataset_identifiers=tuple(dict.fromkeys(_datasets(content))),
        metrics=tuple(
            dict.fromkeys(m for _, b in _baselines(content) if (m := text(b.get("metric"))))
        ),
        notes=text([_baseline(name, b) for name, b in _baselines(content)]),
        rights="MIT",
        author=AUTHOR,
        origin="third-party",
        assumptions=core(agent_tag(tags)),
    )
    return [card], _no_link(address)


def _folder(words: str) -> str:
    path = PurePosixPath(words)
    return str(path.parent) if path.name.startswith("eval.") and path.parent.name else path.name


def _no_link(address: tuple[str, ...]) -> list[RecordProblem]:
    return [no_link("arxiv", a, "Mend it.") for a in address if not links([a])]


def agent_tag(tags: tuple[str, ...]) -> Assumption | None:
    """Return a hint where an evaluation is tagged as one of agents; some of these ask once."""
    tag = next((t for t in tags if t.lower() == "agent"), None)
    return hinted("interaction-type", f"tags: {tag}") if tag else None


def _tasks(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (t for t in tree["tasks"] if isinstance(t, Mapping) and not is_missing(t.get("name")))


def _baselines(tree: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for task in _tasks(tree):
        if isinstance(baseline := task.get("human_baseline"), Mapping):
            yield str(task["name"]), baseline


def _baseline(name: str, given: Mapping[str, Any]) -> str:
    metric, score, source = (
        text(given.get(k)) or "not given" for k in ("metric", "score", "source")
    )
    return f"Human baseline on {name}: {metric} {score} (source: {source})"


def _settings(tree: Mapping[str, Any]) -> Iterator[str]:
    """Yield, per task, how many samples it has, and its kind where it is not an evaluation."""
    for task in _tasks(tree):
        for field in ("dataset_samples", "kind", "comment"):
            if words := text(task.get(field)):
                yield f"{task['name']}.{field} = {words}"
    metadata = tree.get("metadata")
    sandbox = texts(metadata.get("sandbox")) if isinstance(metadata, Mapping) else ()
    if sandbox:
        yield f"sandbox = {', '.join(sandbox)}"


def _datasets(tree: Mapping[str, Any]) -> Iterator[str]:
    assets = tree.get("external_assets")
    given = [a for a in assets if isinstance(a, Mapping)] if isinstance(assets, list) else []
    named = (hub_id(a.get("source")) for a in given if a.get("type") == "huggingface")
    yield from (name for name in named if name)
