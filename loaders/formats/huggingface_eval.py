"""`eval.yaml` of a Hugging Face dataset: how the Hub runs a dataset as a benchmark."""

from collections.abc import Mapping
from typing import Any

from loaders.contract import CardError, FoundFields, Key, Raw, RecordProblem, own_key, place_key
from loaders.formats.assumptions import core
from loaders.model import Agent, Implementation, ImplementationCard, Record
from loaders.reading.cleaning import record_id, text, texts
from loaders.reading.links import hub_repository
from loaders.reading.source_fields import SourceFields

SOURCE = "huggingface-eval"
AUTHOR = Agent(id="huggingface-eval", name="Hugging Face benchmark file (eval.yaml)")

_FIELDS = SourceFields("name", "description", "evaluation_framework")
"""The tasks are read and kept whole all the same: settings do not say of which task they are."""


def fields(tree: Mapping[str, Any]) -> FoundFields:
    """Return what becomes of each field of the file."""
    return _FIELDS.found(tree)


def detects(tree: Any) -> bool:
    """Recognise the file by the framework that it names and its list of tasks."""
    return (
        isinstance(tree, Mapping)
        and "evaluation_framework" in tree
        and isinstance(tree.get("tasks"), list)
    )


def key(raw: Raw, tree: Mapping[str, Any]) -> Key:
    """Return the repository of the dataset where the file lies in it, else the file's name."""
    repository, former = hub_repository(raw), raw.path or raw.name
    if repository and not raw.place:
        return own_key(repository, former)
    return place_key(raw, text(tree.get("name")), former)


def load(raw: Raw, tree: Mapping[str, Any]) -> tuple[list[Record], list[RecordProblem]]:
    """Return one implementation card; its tasks are its groups."""
    title, harness = text(tree.get("name")), text(tree.get("evaluation_framework"))
    if title is None or harness is None:
        raise CardError(
            RecordProblem(
                "The file needs a name and an evaluation_framework.", mend="Fill in both."
            )
        )
    ident = record_id(SOURCE, raw.key)
    tasks = [t for t in tree["tasks"] if isinstance(t, Mapping)]
    card = ImplementationCard(
        id=f"{ident}/{AUTHOR.id}",
        implementation=Implementation(id=ident),
        title=title,
        description=text(tree.get("description")),
        harness=harness,
        groups=tuple(dict.fromkeys(g for t in tasks for g in texts(t.get("id")))),
        settings=tuple(dict.fromkeys(s for t in tasks for s in _settings(t))),
        author=AUTHOR,
        origin="designer",
        status="draft",
        assumptions=core(),
    )
    return [card], []


def _settings(task: Mapping[str, Any]) -> list[str]:
    return [f"{k} = {v}" for k in ("config", "split") for v in texts(task.get(k))]
