"""The OpenAPI document names what routes answer; schemathesis finds no answer that it lacks."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.conformance import schemathesis
from tests.conformance.schemathesis import PLACE
from tests.servers import evalgap_server, program
from tests.tokens import TOKEN


def test_every_route_says_how_it_may_refuse(clients: Callable[[str], TestClient]) -> None:
    document = clients("embedded").get("/openapi.json").json()
    assert len(document["paths"]) > 45
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            statuses = operation["responses"].keys()
            assert {"400", "404", "406", "429", "503", "504"} <= statuses, (method, path)
            assert method == "get" or {"413", "415", "422"} <= statuses, (method, path)
            for status, answer in operation["responses"].items():
                shared = document["components"]["responses"]
                told = shared[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer
                assert int(status) < 400 or "application/problem+json" in told["content"]


def test_the_document_is_valid(clients: Callable[[str], TestClient], tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    file.write_bytes(clients("embedded").get("/openapi.json").content)
    python = program("openapi-spec-validator", str(PLACE.with_name("python")), "make tools")
    done = subprocess.run(
        [python, "-m", "openapi_spec_validator", "--schema", "3.1", str(file)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with evalgap_server(tmp_path_factory.mktemp("served"), token=TOKEN) as found:
        yield found


def test_schemathesis_finds_nothing(
    url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """As who holds the token; a stranger, who is refused all writes, is one in tests/soak."""
    options = ["--phases", "fuzzing", "--max-examples", "1"]
    done = schemathesis.run(url, tmp_path, *options, token=True)
    record_property("tried", done.generated)
    record_property("failed", done.generated - done.passed)
    assert done.generated > 50, done.words
    assert done.generated == done.passed, done.words
