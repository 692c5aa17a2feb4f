"""W3C's tests of SPARQL against a service that runs as people run it, with its store on disk."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from tests.conformance.rdf_tests import Runner, Suite, folder
from tests.conformance.test_w3c_sparql import EXPECTED, GROUPS
from tests.servers import evalgap_server
from tests.tokens import AUTHORIZED, TOKEN


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    return Suite(folder(tmp_path_factory.mktemp("rdf-tests")))


@pytest.fixture(scope="module")
def runner(suite: Suite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    place: Path = tmp_path_factory.mktemp("served")
    with (
        evalgap_server(place, seed="false", gate="false", token=TOKEN) as url,
        httpx2.Client(base_url=url, headers=AUTHORIZED, timeout=60) as client,
    ):
        yield Runner(client, suite)


@pytest.mark.parametrize("group", GROUPS)
def test_sparql(
    suite: Suite, runner: Runner, group: str, record_property: Callable[[str, object], None]
) -> None:
    version, belongs, number = GROUPS[group]
    cases = {f"{version}/{case.name}": case for case in suite.cases(version) if belongs(case)}
    failed = {name for name, case in cases.items() if runner.passes(case)}
    record_property("tried", number)
    record_property("failed", len(failed))
    assert failed == {name for name in EXPECTED if name in cases}
