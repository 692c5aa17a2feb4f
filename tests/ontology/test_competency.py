"""The questions that the ontology was made to answer, asked of the shipped data.

`competency/README.md` says where they come from; `python -m tests.answers` writes the answers anew.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.common.settings import Settings
from service.web.app import create_app
from tests.answers import COMPETENCY, expected_rows, rows_of
from tests.cli.conftest import command

QUESTIONS = sorted(path.stem for path in COMPETENCY.glob("*.rq"))


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Return a client of a store that holds the made-up records alone."""
    store = tmp_path_factory.mktemp("competency") / "store"
    done = command(store, "import", *sorted(COMPETENCY.glob("made-up-*.yaml")), seed=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with TestClient(create_app(Settings(store=store, seed=False, validators=0))) as client:
        yield client


def test_all_thirty_five_are_there() -> None:
    assert [f"cq{number:02}" for number in range(1, 36)] == QUESTIONS


@pytest.mark.one_engine
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_has_the_expected_answer(client: TestClient, name: str) -> None:
    assert rows_of(client, name) == expected_rows(name)


@pytest.mark.parametrize("name", [n for n in QUESTIONS if not expected_rows(n)])
def test_what_the_shipped_data_is_silent_on_is_answered_of_made_up_records(
    made_up: TestClient, name: str
) -> None:
    found = rows_of(made_up, name)
    assert found
    assert found == expected_rows(name, "made-up")


def test_no_answer_is_kept_without_its_question() -> None:
    kept = {path.name.partition(".")[0] for path in COMPETENCY.glob("*.json")}
    assert kept == {Path(name).stem for name in QUESTIONS}
