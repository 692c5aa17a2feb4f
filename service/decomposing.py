"""Decompositions for the doors: options as they are sent, results as they are shown or stored."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rdflib import SKOS, URIRef

from loaders.base import CardError, Document, Raw, problems_of, shorten
from loaders.kinds import read_tree_content
from loaders.registry import read
from loaders.vocab import BASE
from loaders.writers.text import plain, yaml_text
from service import shacl
from service.analysis.decompose import MOST_RESAMPLES, Decomposition, decompose
from service.analysis.gap_tree import About, Named, gap_tree
from service.analysis.items import read_scores
from service.analysis.tables import Sheet
from service.problems import BadParameter, BadRequest, Invalid

_DIGITS = 6
"""Decimals of a percentage or point that are shown."""
_KINDS = ("task-assumption", "outcome-assumption")


class Options(BaseModel):
    """How to take a gap apart.

    `rungs` chooses and orders conditions. `changed` says per rung all that differs from the
    first, `adds` what differs from the rung before. `unit` is that of the scores.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    rungs: tuple[str, ...] = ()
    changed: dict[str, str] = {}
    adds: dict[str, str] = {}
    resamples: int = Field(10_000, ge=1, le=MOST_RESAMPLES)
    seed: int = Field(1, ge=0)
    unit: Literal["fraction", "percent"] = "fraction"
    higher_is_better: bool = True


def options_of(given: Mapping[str, Any]) -> Options:
    """Return the options. Raises `BadParameter` naming the one that does not fit."""
    try:
        return Options.model_validate(given)
    except ValidationError as error:
        problem = problems_of(error)[0]
        raise BadParameter(problem.sentence(), parameter=problem.field) from error


@cache
def kinds() -> dict[str, str]:
    """Return, for each dimension of the ontology, whether it is a task or outcome assumption."""
    graph = shacl.taxonomy()
    found: dict[str, str] = {}
    for kind in _KINDS:
        narrower = graph.transitive_subjects(SKOS.broader, URIRef(f"{BASE}dimension/{kind}"))
        found |= {str(d).rpartition("/")[2]: kind for d in narrower}
    return found


def run(sheet: Sheet, options: Options) -> Decomposition:
    """Return the decomposition of a table. Raises `BadRequest` naming what is wrong with it."""
    scores = read_scores(sheet, whole=100.0 if options.unit == "percent" else 1.0)
    if options.rungs:
        scores = scores.along(options.rungs)
    if options.changed or options.adds:
        scores = scores.where(options.changed, options.adds)
    return decompose(
        scores,
        kinds() if scores.changed else {},
        resamples=options.resamples,
        seed=options.seed,
        higher_is_better=options.higher_is_better,
    )


def document(found: Decomposition) -> dict[str, Any]:
    """Return a decomposition as JSON values."""
    rounded: dict[str, Any] = _rounded(asdict(found))
    return rounded


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    # adding zero turns a negative zero into a plain one
    return round(value, _DIGITS) + 0.0 if isinstance(value, float) else value


def gap_file(found: Decomposition, about: Mapping[str, Any], options: Options) -> Document:
    """Return the EvalGap file of a decomposition, read back as an import would read it.

    Raises `BadRequest` for what `about` lacks, `Invalid` for what the format refuses.
    """
    given = _about(about)
    extra = {"higher_is_better": options.higher_is_better, **given.metric.model_dump()}
    given = given.model_copy(update={"metric": Named.model_validate(extra)})
    text = yaml_text(gap_tree(found, given))
    made = read(Raw("decomposition.yaml", text.encode()))
    if isinstance(made, Document):
        return made
    problems = [vars(p) for p in made.problems]
    raise Invalid(f"As a gap record: {made.problems[0].sentence()}", problems=problems)


def _about(given: Mapping[str, Any]) -> About:
    try:
        return About.model_validate(given)
    except ValidationError as error:
        problems = problems_of(error)
        raise BadRequest(
            f"What the gap record is about (data/README.md): {problems[0].sentence()}",
            problems=[vars(p) for p in problems],
        ) from error


def tree(data: bytes, name: str) -> dict[str, Any]:
    """Return what a YAML or JSON text of named fields holds. Raises `BadRequest`."""
    try:
        value = plain(read_tree_content(Raw(name, data)).value)
        json.dumps(value)
    except (CardError, TypeError) as error:
        raise BadRequest(f"{name} cannot be read: {shorten(str(error), 300)}") from error
    if not isinstance(value, dict):
        raise BadRequest(f"{name} does not hold named fields. Write it as in data/README.md.")
    return value
