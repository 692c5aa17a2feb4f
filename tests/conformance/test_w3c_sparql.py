"""SPARQL 1.0, 1.1 and 1.2 as W3C tests them: evaluation, updates, syntax and forms of results.

Every case runs against the endpoint. `EXPECTED` names those that fail, with the reason; a case that
fails and is not there, or is there and passes, fails its test.
"""

from collections.abc import Callable, Iterator, Mapping

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.common.settings import Settings
from service.web.app import create_app
from tests.conformance.conftest import HOST
from tests.conformance.rdf_tests import Case, Runner, Suite, folder
from tests.tokens import AUTHORIZED, TOKEN

UNION = "the default graph is the union of all graphs (sd:UnionDefaultGraph)"
LOAD = "LOAD is off: nothing is fetched"
VALUES = "Oxigraph keeps numbers and dates by their value, not by their text"
GRAPHS = "Oxigraph joins the name of a graph after what stands inside GRAPH"
FUNCTIONS = "Oxigraph refuses a function that it does not know before it runs a query"
PATHS = "Oxigraph finds no path of length zero at a term that is not in the data"
ENGINE = "Oxigraph's own; a bare server gives the same"

_EXPECTED: Mapping[str, str] = {
    UNION: """
        sparql10/algebra/join-combo-2 sparql10/graph/dawg-graph-02 sparql10/graph/dawg-graph-05
        sparql10/graph/dawg-graph-07 sparql10/graph/dawg-graph-08 sparql10/graph/dawg-graph-09
        sparql10/graph/dawg-graph-10b sparql10/graph/dawg-graph-11
        sparql11/exists/exists-graph-variable""",
    LOAD: """
        sparql11/syntax-update-1/test_1 sparql11/syntax-update-1/test_2
        sparql11/syntax-update-1/test_3 sparql11/syntax-update-1/test_4
        sparql11/syntax-update-1/test_37""",
    VALUES: """
        sparql10/distinct/distinct-1 sparql10/distinct/distinct-9 sparql10/expr-builtin/dawg-str-1
        sparql10/expr-builtin/dawg-str-2 sparql10/expr-builtin/sameTerm-simple
        sparql10/expr-builtin/sameTerm-eq sparql10/expr-builtin/sameTerm-not-eq
        sparql10/expr-equals/eq-graph-1 sparql10/expr-equals/eq-graph-2
        sparql10/open-world/open-eq-01 sparql10/open-world/date-2 sparql10/open-world/date-3
        sparql11/csv-tsv-res/csv03 sparql11/csv-tsv-res/tsv03""",
    GRAPHS: """
        sparql10/graph/graph-variable-scope sparql10/graph/graph-optional
        sparql11/aggregates/agg-empty-group-count-graph sparql11/bindings/graph
        sparql11/negation/graph-minus""",
    FUNCTIONS: """
        sparql10/syntax-sparql1/syntax-expr-05 sparql10/syntax-sparql1/syntax-order-05
        sparql10/syntax-sparql1/syntax-order-06 sparql10/syntax-sparql2/syntax-function-01
        sparql10/syntax-sparql2/syntax-function-02 sparql10/syntax-sparql2/syntax-function-03
        sparql10/syntax-sparql2/syntax-function-04 sparql11/syntax-query/test_4""",
    PATHS: """
        sparql11/property-path/zero_or_more_set_start sparql11/property-path/zero_or_more_set_end
        sparql11/property-path/zero_or_one_set_start sparql11/property-path/zero_or_one_set_end""",
    ENGINE: """
        sparql10/expr-builtin/case-insensitive-booleans sparql10/syntax-sparql3/syn-bad-26
        sparql11/aggregates/agg-groupconcat-04 sparql11/aggregates/agg-groupconcat-06
        sparql11/functions/bnode01 sparql12/grouping/group01
        sparql12/grouping/select-variable-reuse sparql12/syntax/nested-aggregate-functions
        sparql12/syntax-triple-terms-negative/tripleterm-subject-03
        sparql12/syntax-triple-terms-negative/tripleterm-subject-06""",
}
EXPECTED = {name: reason for reason, names in _EXPECTED.items() for name in names.split()}
"""Cases that fail, with the reason."""


def _is_query(case: Case) -> bool:
    return case.kind == "QueryEvaluationTest" and not _is_form(case)


def _is_update(case: Case) -> bool:
    return case.kind == "UpdateEvaluationTest"


def _is_syntax(case: Case) -> bool:
    return "SyntaxTest" in case.kind


def _is_form(case: Case) -> bool:
    return case.name.startswith(("csv-tsv-res/", "json-res/"))


GROUPS: Mapping[str, tuple[str, Callable[[Case], bool], int]] = {
    "1.0 evaluation": ("sparql10", _is_query, 283),
    "1.0 syntax": ("sparql10", _is_syntax, 199),
    "1.1 query evaluation": ("sparql11", _is_query, 225),
    "1.1 update evaluation": ("sparql11", _is_update, 94),
    "1.1 syntax": ("sparql11", _is_syntax, 166),
    "1.1 forms of results": ("sparql11", _is_form, 10),
    "1.2 query evaluation": ("sparql12", _is_query, 63),
    "1.2 syntax": ("sparql12", _is_syntax, 203),
    "1.2 update evaluation": ("sparql12", _is_update, 3),
}
"""What is counted together: the version, which of its cases, and how many those are."""


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    return Suite(folder(tmp_path_factory.mktemp("rdf-tests")))


@pytest.fixture(scope="module")
def runner(suite: Suite) -> Iterator[Runner]:
    settings = Settings(store=None, seed=False, gate=False, token=SecretStr(TOKEN), validators=0)
    with TestClient(create_app(settings), base_url=HOST, headers=AUTHORIZED) as client:
        yield Runner(client, suite)


@pytest.mark.parametrize("group", GROUPS)
def test_sparql(
    suite: Suite, runner: Runner, group: str, record_property: Callable[[str, object], None]
) -> None:
    version, belongs, number = GROUPS[group]
    cases = {f"{version}/{case.name}": case for case in suite.cases(version) if belongs(case)}
    failed = {name: why for name, case in cases.items() if (why := runner.passes(case))}
    record_property("tried", len(cases))
    record_property("failed", len(failed))
    record_property("note", "; ".join(_counted(failed)))
    assert len(cases) == number
    assert failed.keys() == {name for name in EXPECTED if name in cases}, failed


def _counted(failed: Mapping[str, str]) -> Iterator[str]:
    reasons = [EXPECTED.get(name, "unexpected") for name in failed]
    yield from (f"{reasons.count(reason)}: {reason}" for reason in dict.fromkeys(reasons))
