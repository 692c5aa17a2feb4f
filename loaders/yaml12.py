"""YAML 1.2 as plain values: no aliases, no types but JSON's and dates, keys as written."""

from datetime import date
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from loaders.base import CardError, Opaque, Problem, shorten
from loaders.parse import MAX_DEPTH, number, too_deep, twice

_CORE = "tag:yaml.org,2002:"


def read_yaml(words: str) -> Any:
    """Return the value of a YAML text. Raises `CardError`, with the line where it is known."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _PlainComposer
    yaml.Constructor = _PlainConstructor
    try:
        return yaml.load(StringIO(words))
    except MarkedYAMLError as error:
        raise CardError(_problem(error)) from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise CardError(
            Problem(f"The file cannot be read as YAML: {shorten(str(error))}.")
        ) from error


class _PlainComposer(Composer):
    """Refuses aliases, which can unfold a kilobyte into gigabytes, and deep nesting."""

    depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Any:
        if self.parser.check_event(AliasEvent):
            line = self.parser.peek_event().start_mark.line + 1
            raise CardError(
                Problem(f"Line {line} uses a YAML alias (*).", mend="Write the value out.")
            )
        if self.depth >= MAX_DEPTH:
            raise CardError(too_deep())
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _PlainConstructor(SafeConstructor):
    """Keys as they are written, numbers exact, private tags opaque, all other tags refused."""

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> Any:  # noqa: FBT001, FBT002
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = _key(key)
            if name in found:
                raise CardError(twice(name, key.start_mark.line + 1))
            found[name] = self.construct_object(value, deep=deep)
        return found

    def construct_yaml_float(self, node: ScalarNode) -> Any:
        """Return 34.10 exactly; `12e34` without a point may be a hash and stays text."""
        value = str(node.value).replace("_", "")
        return number(value) if value.lstrip("+-.").isdigit() or "." in value else value

    def construct_yaml_timestamp(self, node: ScalarNode, values: Any = None) -> Any:
        """Return a plain date; a time of day stays text, with whatever zone it has."""
        del values
        return date.fromisoformat(node.value) if len(node.value) == _DATE else str(node.value)

    def construct_private(self, node: Node) -> Any:
        """Return an opaque value for `!function` and the like; refuse tags of a language."""
        tag = str(node.tag)
        if tag.startswith(_CORE):
            line = node.start_mark.line + 1
            raise CardError(
                Problem(
                    f"Line {line} uses a YAML tag that is not read.",
                    value=f"!!{tag.removeprefix(_CORE)}",
                    mend="Write the value as plain text.",
                )
            )
        return Opaque(tag, str(node.value) if isinstance(node, ScalarNode) else "")


_DATE = len("2026-05-26")

for _name in ("binary", "set", "omap", "pairs"):
    _PlainConstructor.add_constructor(_CORE + _name, _PlainConstructor.construct_private)
for _name, _read in (
    ("float", _PlainConstructor.construct_yaml_float),
    ("timestamp", _PlainConstructor.construct_yaml_timestamp),
):
    _PlainConstructor.add_constructor(_CORE + _name, _read)
_PlainConstructor.add_constructor(None, _PlainConstructor.construct_private)


def _key(node: Node) -> str:
    if isinstance(node, ScalarNode):
        return str(node.value)
    line = node.start_mark.line + 1
    raise CardError(Problem(f"Line {line} has a list or mapping as a field name."))


def _problem(error: MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return Problem(
        f"The YAML breaks off{where}: {shorten(str(error.problem or error.context))}.",
        mend="Mend the file at that place; a colon or quote is the usual cause.",
    )
