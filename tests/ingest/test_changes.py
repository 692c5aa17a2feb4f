"""What an import says that it did: new, revised (what, from where), unchanged, set aside."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from fastapi.testclient import TestClient

from loaders.contract import Document, Raw
from loaders.registry import documents
from service.ingest.seeding import shipped_files
from service.ingest.versioning import hash_of
from tests.ingest.test_imports import GOOD, archive, ended, sent, served
from tests.pages import opened, rows

PREFIX = "https://w3id.org/evalgap/id/"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with served(tmp_path_factory.mktemp("service")) as client:
        yield client


def card(name: str, overview: str, **details: object) -> dict[str, object]:
    return {"benchmark_details": {"name": name, "overview": overview, **details}}


def test_new_revised_and_unchanged_are_told_apart_everywhere(service: TestClient) -> None:
    ended(service, sent(service, archive({"a.json": card("A", "One."), "b.json": GOOD})))
    again = archive({"a.json": card("A", "Two."), "b.json": GOOD, "c.json": card("C", "Three.")})
    rehearsed = ended(service, sent(service, again, dry_run=True))
    location = sent(service, again)
    job = ended(service, location)
    assert job["states"] == rehearsed["states"] == {"new": 1, "revised": 1, "unchanged": 1}

    first, *_ = service.get(f"{location}/report").json()["outcomes"]
    (change,) = first["changes"]
    assert first["state"] == change["state"] == "revised"
    assert change["record"] == first["records"][0]
    assert change["record"].endswith("/2")
    assert change["replaces"] == change["record"][:-1] + "1"
    assert change["replaces_source"] == "cards.tar.gz!a.json"

    listed = rows(service.get(f"{location}/report.csv"))
    assert [r["state"] for r in listed] == ["revised", "unchanged", "new"]
    assert change["replaces"] in listed[0]["replaces"]
    assert "cards.tar.gz!a.json" in listed[0]["replaces"]
    page = opened(service, f"{location}/report.html").words
    assert f"replaces {change['replaces'].removeprefix(PREFIX)}" in page


def test_a_dry_run_sees_what_it_would_have_stored(service: TestClient) -> None:
    lines = [json.dumps({**MINE, "notes": said}) for said in ("One.", "Two.", "Two.")]
    data = "\n".join(lines).encode()
    rehearsed = ended(service, sent(service, data, name="mine.jsonl", dry_run=True))
    assert rehearsed["states"] == {"new": 1, "revised": 1, "unchanged": 1}
    assert ended(service, sent(service, data, name="mine.jsonl"))["states"] == rehearsed["states"]


MINE = {
    "evalgap": 1,
    "benchmark_name": "Mine",
    "benchmark": {"id": "mine", "keywords": ["a", "b"]},
    "card": {"author": {"id": "jane", "name": "Jane"}},
}


def test_another_order_is_no_change(service: TestClient) -> None:
    given = {**MINE, "benchmark": {"id": "other", "keywords": ["a", "b"]}}
    turned = {**MINE, "benchmark": {"id": "other", "keywords": ["b", "a"]}}
    ended(service, sent(service, json.dumps(given).encode(), name="mine.json"))
    job = ended(service, sent(service, json.dumps(turned).encode(), name="mine.json"))
    assert job["states"] == {"unchanged": 1}


def test_a_truncated_archive_ends_as_failed_in_part_with_its_reason_first(
    service: TestClient,
) -> None:
    cards = {f"{n}.json": card(f"{n}", "x" * 99) for n in range(300)}
    whole = archive({"bad.json": {"benchmark_details": {}}, "setup.py": "", **cards})
    location = sent(service, whole[: len(whole) // 2], name="torn.tar.gz")
    job = ended(service, location)
    assert job["state"] == "failed in part"
    assert job["states"]["new"] > 0
    assert job["passed_over"] == {".py": 1}
    assert "cannot be read to its end" in next(iter(job["reasons"]))
    page = opened(service, f"{location}/report.html").words
    assert "1 .py" in page
    assert "It cannot be read to its end" in page.partition("What became of it")[0]


def test_only_and_ignore_choose_files_of_an_upload(service: TestClient) -> None:
    cards = archive({f"{n}.json": card(n, "Chosen.") for n in ("in/x", "in/y", "z")})
    job = ended(service, sent(service, cards, only=["in/*"], ignore="y.json", dry_run=True))
    assert job["states"] == {"new": 1}


LATER = ("also_says", "model_identifier", "harness_version")
"""Fields that are no part of a hash while they are empty: they came after the first hashes."""


def test_hashes_are_what_they_were() -> None:
    """So that what is stored already is unchanged, however little of it is written to be sorted."""
    read_files = (documents(Raw(path.name, path.read_bytes())) for path in shipped_files())
    found = [r for of in read_files for d in of if isinstance(d, Document) for r in d.records]
    assert len(found) > 30
    for record in (r for r in found if r.withdrawal is None):
        empty = {name for name in LATER if not getattr(record, name, None)}
        said = record.model_dump(mode="json", exclude={"withdrawal", "reinstatement", *empty})
        text = json.dumps(sorted_by_json(said), ensure_ascii=False)
        assert hash_of(record) == sha256(text.encode()).hexdigest(), record.id


def sorted_by_json(value: Any) -> Any:
    """Return a value with all lists sorted, those of texts by the texts, others by their JSON."""
    if isinstance(value, dict):
        return {key: sorted_by_json(item) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    texts = all(isinstance(item, str) for item in value)
    return sorted(value) if texts else sorted(map(sorted_by_json, value), key=json.dumps)
