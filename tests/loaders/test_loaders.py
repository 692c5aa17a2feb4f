"""The loaders: one folder of input and expected reading per format and case."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.contract import Document, Raw, Rejected
from loaders.model import Card, Record
from loaders.reading.cleaning import clean, is_iri, is_placeholder, record_id, slug
from loaders.registry import read
from service.validation.gate import Submission, check

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = sorted(p for p in GOLDEN.glob("*/*") if p.is_dir())


def found(case: Path) -> dict[str, object]:
    """Return what a loader makes of a case, in the form of its expected.json."""
    source = next(p for p in sorted(case.iterdir()) if p.stem == "input")
    result = read(Raw(f"{case.name}{source.suffix}", source.read_bytes()))
    if isinstance(result, Rejected):
        return {"rejected": [p.sentence() for p in result.problems]}
    return {
        "format": result.format,
        "warnings": [w.sentence() for w in result.warnings],
        "records": [_given(r) for r in result.records],
    }


def _given(record: Record) -> dict[str, object]:
    dumped = record.model_dump(mode="json", exclude_defaults=True)
    return {"kind": record.kind, **dumped}


@pytest.mark.parametrize("case", CASES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_case_is_read_as_expected(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    assert found(case) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_what_is_read_passes_the_shapes(case: Path) -> None:
    source = next(p for p in sorted(case.iterdir()) if p.stem == "input")
    result = read(Raw(f"{case.name}{source.suffix}", source.read_bytes()))
    if isinstance(result, Document) and all(isinstance(r, Card) for r in result.records):
        checked = check([Submission(r, 1) for r in result.records], "")
        assert [i for c in checked for i in c.issues if i.severity == "Violation"] == []


def test_generations_of_the_authors_card_say_the_same() -> None:
    cases = [GOLDEN / "authors-yaml" / f"generation-{n}" for n in (1, 2)]
    first, second = ([r["assumptions"] for r in found(c)["records"][:1]] for c in cases)  # type: ignore[index]
    assert first == second


@given(st.text(max_size=80))
def test_identities_are_always_codes(name: str) -> None:
    ident = record_id("sokolann", name)
    assert ident == slug(ident, limit=200)
    assert ident.startswith("sokolann-")


@pytest.mark.parametrize(
    ("one", "other"), [("Q-Bench", "Q-Bench+"), ("ARC", "ARC_1"), ("a", "A"), ("é", "e")]
)
def test_different_keys_never_share_an_identity(one: str, other: str) -> None:
    assert record_id("s", one) != record_id("s", other)


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_cleaned_text_can_be_stored(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert not any(ord(c) < 32 and c not in "\t\n\r" for c in cleaned)


@pytest.mark.parametrize(
    "url",
    ["https://doi.org/10.1000/182", "http://www.cse.iitb.ac.in/~asr", "https://a.org/x?y=1#z"],
)
def test_addresses_are_kept(url: str) -> None:
    assert is_iri(url)
    assert not is_placeholder(url)


@pytest.mark.parametrize(
    "url",
    [
        "N/A",
        "www.a.org",
        "https://github.com/CS-EV AL/x",
        "http://http://a.org",
        "https://a{b}.org/",
    ],
)
def test_what_is_no_address_is_not_kept(url: str) -> None:
    assert not is_iri(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/user/repo",
        "https://github.com/username/repository",
        "https://huggingface.co/datasets/name",
        "https://doi.org/XXXXXXX.XXXXXXX",
    ],
)
def test_invented_addresses_are_recognised(url: str) -> None:
    assert is_placeholder(url)
