"""Any record as an EvalGap file: a benchmark card in the card's own form, all else by its model.

What is written is read again to the same record; see `loaders.formats.evalgap`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from loaders.formats.card_template import GROUPS
from loaders.formats.evalgap import FORMAT_VERSION
from loaders.model import CORE_DIMENSIONS, Card, Coding, Record
from loaders.model.statements import Assumption

_TOP = {
    "benchmark_name": "title",
    "citation": "citation",
    "version": "benchmark_version",
}
_BENCHMARK = (
    "abbreviation", "description", "identifiers", "domains", "keywords", "languages",
    "items", "publications", "pages", "rights",
)  # fmt: skip
_CARD = (
    "status", "issued", "checked", "author", "origin", "audience", "tasks", "metrics",
    "limitations", "out_of_scope", "flags", "also_says", "withdrawal", "reinstatement",
)  # fmt: skip


def evalgap_tree(record: Record) -> dict[str, Any]:
    """Return a record as the tree of an EvalGap file."""
    if isinstance(record, Card):
        return _card(record)
    return {
        "evalgap": FORMAT_VERSION,
        "records": [{"kind": record.kind, **_given(record.model_dump())}],
    }


def _card(card: Card) -> dict[str, Any]:
    fields = _given(card.model_dump())
    tree: dict[str, Any] = {"evalgap": FORMAT_VERSION}
    tree |= {key: fields[name] for key, name in _TOP.items() if name in fields}
    tree["benchmark"] = {"id": card.benchmark.id, **_some(fields, _BENCHMARK)}
    tree["card"] = _some(fields, _CARD)
    if card.intended_use:
        tree["intended_use_case"] = {"answer": card.intended_use}
    blocks = {a.dimension: _block(a) for a in card.assumptions}
    for group, dimensions in GROUPS.items():
        tree[group] = {d.replace("-", "_"): blocks[d] for d in dimensions if d in blocks}
    further = {d: block for d, block in blocks.items() if d not in CORE_DIMENSIONS}
    given: dict[str, Any] = _given({**tree, "dimensions": further, "notes": card.notes})
    return given


def _block(assumption: Assumption) -> dict[str, Any]:
    dumped = _given(assumption.model_dump(exclude={"dimension", "assumes", "codings"}))
    block = {"status": dumped.pop("answer_status"), **dumped}
    if assumption.codings:
        block["values"] = [_coding(c) for c in assumption.codings]
    return block


def _coding(coding: Coding) -> str | dict[str, Any]:
    """Return a coding by its code alone where it is stated and nothing more is known of it."""
    fields: dict[str, Any] = _given(coding.model_dump(exclude={"code"}))
    value = coding.code.partition("/")[2]
    if fields == {"basis": "stated"}:
        return value
    return {"value": value, **fields}


def _some(fields: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: fields[name] for name in names if name in fields}


def _given(value: Any) -> Any:
    """Return a tree without what is not given: no nulls, no empty lists or mappings."""
    if isinstance(value, Mapping):
        kept = {key: _given(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, [], {}, ())}
    if isinstance(value, list | tuple):
        return [_given(item) for item in value]
    return value
