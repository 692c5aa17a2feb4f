"""YAML as plain values: the core schema of YAML 1.2, no aliases, keys and numbers as written.

libyaml reads the text, through PyYAML (ruamel.yaml's own parser needs a second for 100 KB of
short values). What a plain word means is decided here, since PyYAML would take `no` for false
and 12:30 for a number. Values are built from the stream of events, without recursion.
"""
# DESIGN: yaml-events

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)

from loaders.contract import CardError, Opaque, RecordProblem, shorten
from loaders.reading.trees import MAX_DEPTH, NoNumber, Several, number, too_deep, twice

_EVENTS = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE = "tag:yaml.org,2002:"
_PLAIN_TAGS = frozenset(_CORE + name for name in ("null", "bool", "int", "float"))
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
# 12e34 without a point may be a hash and stays text
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?i:inf|nan)")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_BREAKS = str.maketrans("\x85\u2028\u2029", "\ufdd0\ufdd1\ufdd2")
"""Line ends of YAML 1.1 that are plain characters in 1.2; hidden behind characters nobody uses."""
_UNBREAK = str.maketrans("\ufdd0\ufdd1\ufdd2", "\x85\u2028\u2029")


def read_yaml(
    words: str, odd: list[NoNumber] | None = None, repeated: list[str] | None = None
) -> Any:
    """Return the value of a YAML text, `Several` for one of several documents.

    `odd` gets the numbers in it that no card can hold. A field that stands twice is put on the
    list `repeated` and its last value counts; without that list it is an error. Raises
    `CardError`, with the line where it is known.
    """
    try:
        return _built(
            yaml.parse(words.translate(_BREAKS), Loader=_EVENTS),
            odd if odd is not None else [],
            repeated,
        )
    except yaml.MarkedYAMLError as error:
        raise CardError(_problem(error)) from error
    except (yaml.YAMLError, ValueError) as error:
        raise CardError(
            RecordProblem(f"The file cannot be read as YAML: {shorten(str(error))}.")
        ) from error


def levels(words: str, enough: int) -> int:
    """Return how deep a YAML text nests, as far as it can be read and up to `enough`."""
    depth = deepest = 0
    try:
        for event in yaml.parse(words.translate(_BREAKS), Loader=_EVENTS):
            if isinstance(event, CollectionStartEvent):
                depth += 1
                deepest = max(deepest, depth)
            elif isinstance(event, CollectionEndEvent):
                depth -= 1
            if deepest >= enough:
                break
    except (yaml.YAMLError, ValueError):
        return deepest  # the reader of the text says where it breaks off
    return deepest


@dataclass
class _Open:
    """A list or mapping that is being filled; in a mapping, `key` waits for its value."""

    value: Any
    tag: str | None
    key: str | None = None

    def wants_key(self) -> bool:
        return isinstance(self.value, dict) and self.key is None

    def add(self, value: Any) -> None:
        if isinstance(self.value, list):
            self.value.append(value)
        else:
            self.value[self.key] = value
            self.key = None


def _built(events: Iterable[Event], odd: list[NoNumber], repeated: list[str] | None) -> Any:
    """Return the value of the documents of a stream; aliases could unfold it to gigabytes."""
    top = _Open([], None)
    stack = [top]
    for event in events:
        if isinstance(event, ScalarEvent):
            _scalar(event, stack[-1], odd, repeated)
        elif isinstance(event, CollectionStartEvent):
            stack.append(_started(event, stack))
        elif isinstance(event, CollectionEndEvent):
            done = stack.pop()
            stack[-1].add(Opaque(done.tag, "") if done.tag else done.value)
        elif isinstance(event, AliasEvent):
            raise CardError(_at(event, "uses a YAML alias (*)", "Write the value out."))
    given = [value for value in top.value if value is not None]  # a line --- may end a file
    if len(given) > 1:
        return Several(given)
    return given[0] if given else None


def _started(event: CollectionStartEvent, stack: list[_Open]) -> _Open:
    if stack[-1].wants_key():
        raise CardError(_at(event, "has a list or mapping as a field name", "Use a word."))
    if len(stack) > MAX_DEPTH:
        raise CardError(too_deep())
    tag = event.tag if _private(event) else None
    return _Open({} if isinstance(event, MappingStartEvent) else [], tag)


def _scalar(
    event: ScalarEvent, parent: _Open, odd: list[NoNumber], repeated: list[str] | None
) -> None:
    if not parent.wants_key():
        parent.add(_value(event, odd))
        return
    name = event.value.translate(_UNBREAK)
    if name in parent.value:
        if repeated is None:
            raise CardError(twice(name, event.start_mark.line + 1))
        repeated.append(name)
    parent.key = name


def _value(event: ScalarEvent, odd: list[NoNumber]) -> Any:
    words = event.value.translate(_UNBREAK)
    if _private(event):
        return Opaque(event.tag, words)
    return _plain(words, odd) if event.implicit[0] or event.tag in _PLAIN_TAGS else words


def _plain(words: str, odd: list[NoNumber]) -> Any:
    if words in _WORDS:
        return _WORDS[words]
    if _INT.fullmatch(words):
        return int(words, 0) if words[:2] in {"0o", "0x"} else int(words)
    return number(words, odd) if _FLOAT.fullmatch(words) else words


def _private(event: ScalarEvent | CollectionStartEvent) -> bool:
    """Tell a value with a tag of its own, as `!function`. Raises `CardError` for a language's."""
    tag = event.tag
    if tag is None or tag == "!" or tag in _PLAIN_TAGS or tag in _KNOWN:
        return False
    if tag.startswith(_CORE):
        name = f"!!{tag.removeprefix(_CORE)}"
        problem = _at(event, "uses a YAML tag that is not read", "Write plain text.", name)
        raise CardError(problem)
    return True


_KNOWN = frozenset(_CORE + name for name in ("str", "map", "seq"))


def _at(event: Event, what: str, mend: str, value: str = "") -> RecordProblem:
    return RecordProblem(f"Line {event.start_mark.line + 1} {what}.", value=value, mend=mend)


def _problem(error: yaml.MarkedYAMLError) -> RecordProblem:
    mark = error.problem_mark or error.context_mark
    where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return RecordProblem(
        f"The YAML breaks off{where}: {shorten(str(error.problem or error.context))}.",
        mend="Mend the file at that place; a colon or quote is the usual cause.",
    )
