"""Which formats there are, and the one function that reads a file in any of them."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from typing import Any

from pydantic import ValidationError

from loaders.contract import (
    CardError,
    Document,
    Key,
    Loader,
    NoCardError,
    Raw,
    RecordProblem,
    Rejected,
    problems_of,
    shorten,
)
from loaders.model import Record
from loaders.reading import content as reading_content
from loaders.reading import json_lines, no_card
from loaders.reading.cleaning import clean_tree, record_id, surely_clean
from loaders.reading.content import Content, Kind
from loaders.reading.trees import LEFT_OUT, TWICE, Several, parse_as_harness
from loaders.reading.unknown import unknown


@dataclass(frozen=True)
class Format:
    """Where a format's module is (see `loaders.contract`), and the kinds of content it reads."""

    module: str
    kinds: tuple[Kind, ...] = ("tree",)


FORMATS = {
    "evalgap": Format("loaders.formats.evalgap"),
    "evalgap-rdf": Format("loaders.formats.evalgap_rdf", ("rdf", "tree")),
    "authors-yaml": Format("loaders.formats.raman_yaml"),
    "auto-benchmarkcard": Format("loaders.formats.auto_benchmarkcard"),
    "sokolann-json": Format("loaders.formats.sokolann"),
    "ai-atlas-nexus": Format("loaders.formats.ai_atlas_nexus"),
    "unitxt": Format("loaders.formats.unitxt"),
    "huggingface-eval": Format("loaders.formats.huggingface_eval"),
    "croissant": Format("loaders.formats.croissant"),
    "sokolann-markdown": Format("loaders.formats.sokolann_markdown", ("markdown",)),
    "huggingface-card": Format("loaders.formats.huggingface_card", ("markdown",)),
    "huggingface-model-index": Format("loaders.formats.huggingface_model_index", ("markdown",)),
    "evalgap-table": Format("loaders.formats.evalgap_table", ("table", "workbook")),
    "construct-validity": Format("loaders.formats.construct_validity", ("table",)),
    "every-eval-ever": Format("loaders.formats.every_eval_ever"),
    "every-eval-ever-instances": Format("loaders.formats.every_eval_ever_instances", ("lines",)),
    "lm-eval-results": Format("loaders.formats.lm_eval_results"),
    "helm-schema": Format("loaders.formats.helm"),
    "inspect-evals": Format("loaders.formats.inspect_evals"),
    "inspect-catalogue": Format("loaders.formats.inspect_catalogue"),
    "bigbench": Format("loaders.formats.bigbench"),
    "lm-eval-task": Format("loaders.formats.lm_eval"),
}
"""The formats by name, in the order in which they are tried."""

LOADER_VERSION = "2"
"""Raised when a loader reads the same bytes differently; stands in every record's provenance."""

_Read = Document | Rejected


def documents(raw: Raw) -> Iterator[_Read]:
    """Read every document of a file, in whatever known format it is.

    What cannot be read is yielded as `Rejected`, never raised, and never stops the rest.
    """
    try:
        content = _content(raw)
    except CardError as error:
        yield _refused(raw, error)
        return
    try:
        yield from _documents(raw, _cleaned(raw, content))
    except CardError as error:
        yield _refused(raw, error, content.value if content.kind == "tree" else None)


def _content(raw: Raw) -> Content:
    """Return the content of a file. Raises `CardError` where it cannot be had.

    A field of YAML that stands twice is read as its program reads it, where a format says so.
    """
    try:
        return reading_content.read_content(raw)
    except CardError as error:
        if not any(p.message.startswith(TWICE) for p in error.problems):
            raise
        with suppress(CardError):
            tree, repeated = parse_as_harness(raw.data)
            message = "This field is there twice; the last one counts."
            notes = [RecordProblem(message, name) for name in dict.fromkeys(repeated)]
            content = Content("tree", tree, notes)
            found = _detected(content)
            if found and getattr(found[1], "LAST_COUNTS", False):
                return content
        raise


def _refused(raw: Raw, error: CardError, tree: Any = None) -> Rejected:
    """Return what cannot be read: as passed over where nothing about it is like a card."""
    if isinstance(error, NoCardError):
        return Rejected(raw, error.problems, passed_over=error.what)
    if harness := no_card.log_in(raw):
        problem = no_card.log_problem(harness)
        return Rejected(raw, (problem,), passed_over=f"log of {harness}")
    if no_card.has_signs(raw, tree):
        return Rejected(raw, error.problems)
    return Rejected(raw, error.problems, passed_over=no_card.what(raw))


def identity(format_: str, words: str) -> str:
    """Return the identity of a document of a format with this key."""
    source: str = import_module(FORMATS[format_].module).SOURCE
    return record_id(source, words)


def stored_key(format_: str, raw: Raw, record: Record) -> Key | None:
    """Return the key of a stored record, as far as it and the name of its file (`raw`) say."""
    loader: Any = import_module(FORMATS[format_].module)
    return loader.stored_key(raw, record) if hasattr(loader, "stored_key") else None


def read(raw: Raw) -> _Read:
    """Read a file that holds one document; the first of several."""
    return next(documents(raw), Rejected(raw, (RecordProblem("The file holds no records."),)))


def _documents(raw: Raw, content: Content) -> Iterator[_Read]:
    found = _detected(content)
    if found is not None:
        yield from _loaded(*found, raw, content)
    elif content.kind == "lines":
        yield from _lines(raw)
    elif content.kind == "tree" and isinstance(content.value, list):
        yield from _items(raw, content)
    else:
        raise CardError(unknown(content))


def _lines(raw: Raw) -> Iterator[_Read]:
    """Read JSON lines; the lines that are no card count once there is a card among them.

    Raises `CardError` with the reason of the first line where there is none.
    """
    odd: list[Rejected] = []
    cards = False
    for part in json_lines.split(raw):
        for found in [part] if isinstance(part, Rejected) else _line(part):
            if isinstance(found, Rejected) and not cards and not _is_card(found):
                odd = [*odd[:_ODD], found]
                continue
            cards = True
            yield from odd
            odd = []
            yield found
    if odd:
        raise CardError(*odd[0].problems)


_ODD = 999
"""How many lines that are no card are kept, as long as no card has come."""


def _is_card(found: Rejected) -> bool:
    """Tell whether a line that cannot be read is a card all the same."""
    return bool(found.format) or no_card.has_signs(found.raw)


def _line(raw: Raw) -> Iterator[_Read]:
    try:
        yield from _documents(raw, _cleaned(raw, reading_content.read_tree_content(raw)))
    except NoCardError as error:
        yield Rejected(raw, error.problems, passed_over=error.what)
    except CardError as error:
        yield Rejected(raw, error.problems)


def _items(raw: Raw, content: Content) -> Iterator[_Read]:
    """Read the items of a list at the top of a file, or its documents, if any is a record."""
    place = "document {}".format if isinstance(content.value, Several) else "/{}".format
    items = [Content("tree", item) for item in content.value if isinstance(item, dict | list)]
    if all(_detected(item) is None for item in items):
        raise CardError(unknown(content))
    items = [Content("tree", item) for item in content.value]
    for index, item in enumerate(items):
        part = raw.part(place(index))
        try:
            yield from _documents(part, item)
        except NoCardError as error:
            yield Rejected(part, error.problems, passed_over=error.what)
        except CardError as error:
            yield Rejected(part, error.problems)


@cache
def _module(name: str) -> Any:
    """Return a module; to ask Python each time costs more than most formats need to detect."""
    return import_module(name)


def _detected(content: Content) -> tuple[str, Loader] | None:
    for name, known in FORMATS.items():
        if content.kind in known.kinds:
            loader = _module(known.module)
            if loader.detects(content.value):
                return name, loader
    return None


def _loaded(name: str, loader: Loader, raw: Raw, content: Content) -> Iterator[_Read]:
    notes = content.warnings
    try:
        for part, value in _parts(loader, raw, content):
            mine = [n for n in notes if _concerns(n, part)]
            notes = [n for n in notes if n not in mine]
            yield _loaded_part(name, loader, part, value, mine)
    except CardError as error:
        yield Rejected(raw, error.problems, name)


def _parts(loader: Loader, raw: Raw, content: Content) -> Iterator[tuple[Raw, Any]]:
    if not hasattr(loader, "split"):
        yield raw, content.value
        return
    try:
        yield from loader.split(raw, content.value)
    except _DEFECTS as error:
        raise CardError(_defect(error)) from error


def _loaded_part(
    name: str, loader: Loader, raw: Raw, value: Any, notes: list[RecordProblem]
) -> _Read:
    left_out = [n for n in notes if n.value and n.message.endswith(LEFT_OUT)]
    try:
        if hasattr(loader, "key"):
            raw = replace(raw, known_by=loader.key(raw, value))
        records, warnings = loader.load(raw, value)
        fields = loader.fields(value) if hasattr(loader, "fields") else None
    except NoCardError as error:
        return Rejected(raw, error.problems, name, passed_over=error.what)
    except CardError as error:  # perhaps for want of what was left out
        return Rejected(raw, (*left_out, *error.problems), name)
    except ValidationError as error:
        return Rejected(raw, (*left_out, *problems_of(error)), name)
    except _DEFECTS as error:
        return Rejected(raw, (_defect(error),), name)
    if fields is None:
        return Document(raw, name, tuple(records), (*notes, *warnings))
    noticed = (*notes, *warnings, *fields.warnings)
    return Document(raw, name, fields.on(records), noticed, fields=fields)


_DEFECTS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a loader raises on content it was not written for: one bad record must not end an import."""


def _defect(error: Exception) -> RecordProblem:
    return RecordProblem(
        f"The reader of this format cannot cope ({type(error).__name__}: {shorten(str(error))}).",
        mend="Check that the fields hold what the format says; if they do, report this.",
    )


def _concerns(note: RecordProblem, part: Raw) -> bool:
    """Tell whether a note on a file is about this part of it, or about the whole."""
    pointer = part.place.split(", ")[-1]
    if not note.field or not pointer.startswith("/"):
        return True
    return f"/{note.field}/".startswith(f"{pointer}/")


def _cleaned(raw: Raw, content: Content) -> Content:
    """Return the content without characters that RDF cannot carry, and a note of each place."""
    if content.kind not in {"tree", "markdown"} or surely_clean(raw.data):
        return content
    value, touched = clean_tree(_open(content.value))
    notes = [
        RecordProblem("Characters that RDF cannot carry were removed from the text.", field)
        for field in touched
    ]
    return Content(content.kind, _closed(content.value, value), [*content.warnings, *notes])


def _open(value: Any) -> Any:
    return (
        {"front": value.front, "body": value.body}
        if isinstance(value, reading_content.Markdown)
        else value
    )


def _closed(before: Any, after: Any) -> Any:
    return (
        reading_content.Markdown(**after) if isinstance(before, reading_content.Markdown) else after
    )
