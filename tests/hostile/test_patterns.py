"""No regular expression costs more than in proportion to a text, whatever a stranger writes."""

import ast
import re
from collections.abc import Callable

import pytest

from tests.hostile.patterns import METHODS, Use, sources, uses, worst


def test_the_cost_of_every_pattern_is_linear(
    record_property: Callable[[str, object], None],
) -> None:
    every = uses()
    slow = [f"{use.place}.{use.method} at {at[:80]!r}…" for use in every if (at := worst(use))]
    record_property("tried", len(every))
    record_property("failed", len(slow))
    assert len(every) > 100
    assert slow == []


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (r"(a+)+b", "match"),
        (r"a*b", "search"),
        (r"(?:\s*|#[^\n]*\n)*x", "match"),
        (r'"(?:[^"\\]|\\.)*"|"', "findall"),
        (r"(\w+):[ \t]*([ -~]*?)[ \t]*\r\n", "match"),
        (r"^#\s+(.+?)\s*$", "search"),
    ],
)
def test_the_search_finds_what_is_not_linear(pattern: str, method: str) -> None:
    assert worst(Use("", re.compile(pattern, re.MULTILINE), method)) is not None


def test_no_pattern_escapes_the_search() -> None:
    """Every call of `re` is a pattern of a module, or has its pattern written there."""
    for path, tree in sources():
        top = {node for statement in tree.body for node in ast.walk(statement)
               if isinstance(statement, ast.Assign | ast.AnnAssign)}  # fmt: skip
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if getattr(node.func.value, "id", "") != "re":
                continue
            where = f"{path}:{node.lineno}"
            if node.func.attr == "compile":
                assert node in top, f"{where} compiles a pattern inside a function"
            elif node.func.attr in METHODS:
                assert isinstance(ast.literal_eval(node.args[0]), str | bytes), where
