"""What was typed into the form as an EvalGap file, and each problem at the field it is about."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from loaders.contract import RecordProblem
from loaders.formats.card_template import GROUPS
from loaders.model import CORE_DIMENSIONS, Card, Coding
from loaders.model.statements import Assumption
from loaders.writers.evalgap import evalgap_tree
from service.web.pages.author.form import NEEDED, FormField, Typed, head, one, parts, questions
from service.web.pages.author.view import concerns

_OF_THE_AUTHOR = ("issued", "checked", "withdrawal", "reinstatement")
_LINES = ("publications", "pages")
_TOP = {"title": "benchmark_name", "citation": "citation", "version": "version", "notes": "notes"}
_PARTS = {"sources": "url", "codings": "value", "assumes": "value", "answer_status": "status"}
_MODEL = {"benchmark_version": "version"}
UNDECIDED = "in-review"
"""How far a card is whose author does not say so: put forward, and nobody has accepted it."""


def tree(given: Typed, base: Card | None) -> dict[str, Any]:
    """Return what was typed as an EvalGap file; what the form has no field for stays as in `base`.

    A value that `base` has already keeps its basis, rule, share and text.
    """
    made: dict[str, Any] = evalgap_tree(base) if base else {"evalgap": 1}
    made |= {key: one(given, name) for name, key in _TOP.items()}
    lists = {name: one(given, name).split() for name in _LINES}
    made["benchmark"] = {
        **made.get("benchmark", {}),
        "id": one(given, "benchmark"),
        "description": one(given, "description"),
        "domains": list(given.get("domains", ())),
        **lists,
    }
    author = {"id": one(given, "author"), "name": one(given, "author_name")}
    choices = {"origin": one(given, "origin"), "status": one(given, "status") or UNDECIDED}
    mine = base is None or base.author.id == author["id"]
    # dates and decisions of another author are none of this card
    before = made.get("card", {})
    kept = before if mine else {n: v for n, v in before.items() if n not in _OF_THE_AUTHOR}
    made["card"] = {**kept, "author": author, **choices}
    made["intended_use_case"] = {"answer": one(given, "intended_use")}
    whole: dict[str, Any] = _filled({**made, **_blocks(given, base)})
    return {"card": {}, **whole}


def _blocks(given: Typed, base: Card | None) -> dict[str, dict[str, Any]]:
    before = {a.dimension: a for a in base.assumptions} if base else {}
    blocks = {q.dimension: _block(q.dimension, given, before) for q in questions()}
    for dimension, block in blocks.items():
        block["confirmation"] = _confirmation(dimension, given, base)
    grouped = {
        group: {d.replace("-", "_"): blocks[d] for d in dimensions}
        for group, dimensions in GROUPS.items()
    }
    return grouped | {"dimensions": {d: b for d, b in blocks.items() if d not in CORE_DIMENSIONS}}


def _block(dimension: str, given: Typed, before: Mapping[str, Assumption]) -> dict[str, Any]:
    old = before.get(dimension)
    kept = {c.code.partition("/")[2]: c for c in old.codings} if old else {}
    basis, rule = (one(given, f"{dimension}.{part}") for part in ("basis", "rule"))
    source = {part: one(given, f"{dimension}.{part}") for part in ("url", "locator")}
    more = [s.model_dump() for s in old.sources[1:]] if old else []
    return {
        **{p: one(given, f"{dimension}.{p}") for p in ("question", "answer", "status")},
        "population": list(old.population) if old else [],
        "hints": list(old.hints) if old else [],
        "values": [
            _coding(value, kept.get(value), basis, rule)
            for value in given.get(f"{dimension}.value", ())
        ],
        "sources": [source, *more],
    }


def _confirmation(dimension: str, given: Typed, base: Card | None) -> dict[str, Any]:
    """Return that the author confirms a row, or that somebody else did in their card."""
    author = one(given, "author")
    if one(given, f"{dimension}.confirmed"):
        by = {"id": author, "name": one(given, "author_name")}
        today = datetime.now(UTC).date().isoformat()
        return {"by": by, "on": today, "checked": one(given, "checked")}
    said = base.assumptions if base and base.author.id == author else ()
    found = next((a.confirmation for a in said if a.dimension == dimension), None)
    return found.model_dump() if found and found.by.id != author else {}


def _coding(value: str, old: Coding | None, basis: str, rule: str) -> dict[str, Any]:
    if old is not None:
        return {"value": value, **old.model_dump(exclude={"code"})}
    return {"value": value, "basis": basis or "stated", "rule": rule}


def _filled(value: Any) -> Any:
    """Return a tree without what was left open."""
    if isinstance(value, Mapping):
        found = {key: _filled(item) for key, item in value.items()}
        return {key: item for key, item in found.items() if item not in (None, "", [], {}, ())}
    if isinstance(value, list | tuple):
        return [item for item in map(_filled, value) if item not in (None, "", [], {}, ())]
    return value


def placed(
    problems: Sequence[RecordProblem], tree: Mapping[str, Any], given: Typed
) -> dict[str, list[RecordProblem]]:
    """Return the problems by the name of the field that each is about; "" for none of them.

    Of a needed field that was left open, the form says itself what is missing.
    """
    further = tree.get("dimensions", {})
    order = [*CORE_DIMENSIONS, *further]
    found: dict[str, list[RecordProblem]] = {}
    for problem in problems:
        found.setdefault(_place(problem, order), []).append(problem)
    if set(found) > {""}:  # the id of a card is made of two fields, each with its own message
        found[""] = [p for p in found.get("", ()) if p.field != "id"]
    _in_words_of_the_form(found, given)
    return {name: words for name, words in found.items() if words}


def _in_words_of_the_form(found: dict[str, list[RecordProblem]], given: Typed) -> None:
    """Say what is missing as the form calls it; what is made of something missing is left out."""
    for name, said in NEEDED.items():
        if name in found and not one(given, name):
            found[name] = [RecordProblem(said)]
    for short, long in (("benchmark", "title"), ("author", "author_name")):
        if short in found and not one(given, long) and not one(given, short):
            del found[short]  # it is made of what is missing
            found[long] = [RecordProblem(NEEDED[long])]
    for name in [n for n in found if n.endswith((".locator", ".url"))]:
        if not one(given, f"{name.partition('.')[0]}.url"):
            found[name] = [RecordProblem("Give the address of the source, too.")]


def _place(problem: RecordProblem, order: Sequence[str]) -> str:
    if found := re.match(r"assumptions/(\d+)(?:/(\w+))?", problem.field):
        part = found[2] or "answer"
        return f"{order[int(found[1])]}.{_PARTS.get(part, part)}"
    for question in questions():
        if concerns(problem, question.dimension):
            return f"{question.dimension}.{_named(problem, parts()) or 'answer'}"
    if problem.field == "author/name":
        return "author_name"
    first = problem.field.partition("/")[0]
    plain = _MODEL.get(first, first)
    known = {*head(), *_LINES, *_TOP, "description", "intended_use", "author_name"}
    return plain if plain in known else _named(problem, head())


def _named(problem: RecordProblem, fields: Mapping[str, FormField]) -> str:
    """Return the field whose shape has the name with which the problem's field ends."""
    named = (name for name, field in fields.items() if problem.field.endswith(f" {field.label}"))
    return next(named, "")
