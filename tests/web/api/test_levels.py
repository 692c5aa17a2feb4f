"""The lists of levels and systems answer on every kind of store."""

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize(
    ("query", "some"),
    [
        ("systems?q=GPT-4o", True),
        ("systems?vendor=google&q=amie", True),
        ("studies?q=randomised&design=randomised", True),
        ("deployments?stage=pilot", True),
        ("implementations?q=coqa&harness=HELM&dataset=huggingface:coqa&benchmark=medqa", False),
        ("datasets?q=coqa&domain=healthcare&identifier=huggingface:coqa&benchmark=medqa", False),
        ("results?q=coqa&system=gpt-4o-2024-05-13&harness=HELM&dataset=huggingface:coqa", False),
    ],
)
def test_a_list_is_narrowed_on_every_store(client: TestClient, query: str, *, some: bool) -> None:
    answer = client.get(f"/api/v1/{query}")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["total"] > 0) == some
