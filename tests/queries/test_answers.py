"""The named questions answer, on the shipped data and on every engine, what is kept of them."""

import pytest
from fastapi.testclient import TestClient

from service.queries import catalog
from tests.answers import CORPUS, FOLDER, answer, corpus, kept


def test_there_are_at_least_thirty_questions_each_with_its_answer() -> None:
    assert len(catalog.named_queries()) >= 30
    assert {path.stem for path in FOLDER.glob("*.json")} == set(catalog.named_queries())


@pytest.mark.parametrize("name", catalog.named_queries())
def test_the_example_of_a_question_has_the_kept_answer(client: TestClient, name: str) -> None:
    """After a change of the data: `python -m tests.answers`, and read the difference."""
    assert answer(client, name) == kept(name)


@pytest.mark.one_engine
def test_the_corpus_file_shows_what_the_commands_print(client: TestClient) -> None:
    """After a change of the data: `python -m tests.answers`, and read the difference."""
    assert corpus(client) == CORPUS.read_text("utf-8")
