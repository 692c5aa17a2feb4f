"""Rules by which readers derive and hint hold what the scheme of rules says of them."""

import ast
import re
from pathlib import Path

import pytest
from rdflib import SKOS, Graph

from tests import measured_rules
from tests.measured_rules import DERIVED_AT_LEAST, HINT_AT_LEAST, LABELS, RULES, Measured, Rule

ROOT = Path(__file__).parents[2]
CLOSED = "needs no sample"
"""What the scheme says of a rule that reads a closed field or whole answers of a template."""
_CONSTANT = re.compile(r'^[A-Z_]*(?:RULE|ONE_REQUEST) = "([^"]+)"', re.MULTILINE)
_CODEBOOK = re.compile(r'"(codebook-[a-z-]+)"')


def used_by_readers() -> set[str]:
    """Return the rules that the code of the readers names."""
    code = "\n".join(p.read_text("utf-8") for p in (ROOT / "loaders").rglob("*.py"))
    return set(_CONSTANT.findall(code)) | set(_CODEBOOK.findall(code))


def named_in_code() -> set[str]:
    """Return how the code of the readers names the rule of each coding: a constant, or a text."""
    found = set()
    for path in (ROOT / "loaders").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            given = [k.value for k in node.keywords if k.arg == "rule"]
            given += node.args[2:3] if node.func.id == "derived" else []
            if node.func.id in {"derived", "Coding"}:
                found |= {ast.unparse(value) for value in given}
    return found


def said_of_rules() -> dict[str, str]:
    """Return what the scheme says of how sure each rule is."""
    graph = Graph().parse(ROOT / "ontology/schemes/derivation-rule.ttl")
    return {
        str(name): " ".join(str(o) for o in graph.objects(rule, SKOS.scopeNote))
        for rule, name in graph.subject_objects(SKOS.notation)
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_a_rule_passes_the_bar_of_its_kind(rule: Rule) -> None:
    (found,) = (m for m in measured_rules.measured() if m.rule == rule)
    assert found.passes, found.sentence
    if rule.derives:
        assert found.lower >= DERIVED_AT_LEAST
    else:
        assert found.precision >= HINT_AT_LEAST


@pytest.mark.parametrize("found", measured_rules.measured(), ids=lambda m: m.rule.name)
def test_the_scheme_gives_the_measured_figures(found: Measured) -> None:
    said = said_of_rules()[found.rule.name]
    assert found.sentence in said


def test_every_rule_of_a_reader_is_measured_or_closed() -> None:
    said = said_of_rules()
    measured = {rule.name for rule in RULES if rule.derives}
    used = used_by_readers()
    assert len(used) > 10
    assert {r for r in used if r not in said} == set()
    assert {r for r in used if r not in measured and CLOSED not in said[r]} == set()
    assert measured - used == set()


def test_readers_name_rules_by_constants_that_the_tests_see() -> None:
    passed_on = {"rule"}  # by `derived`, and by the table of the codebook
    named = named_in_code() - passed_on
    assert named
    assert {n for n in named if not n.endswith(("RULE", "ONE_REQUEST"))} == set()


def test_labels_are_whole_and_their_quotes_short() -> None:
    files = {p.stem for p in LABELS.glob("*.csv") if p.read_text("utf-8").startswith("rule,")}
    assert files == {name for rule in RULES for name in rule.labels + rule.seen}
    for rule in RULES:
        for row in measured_rules.rows(*rule.labels, *rule.seen):
            assert all(row[name] for name in ("source", "key", "place", "label", "labeller"))
            assert row["rule"] == rule.name
            assert len(row["quote"].split()) <= 25, row["key"]
