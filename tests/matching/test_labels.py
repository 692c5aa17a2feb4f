"""Proposals against pairs that were labelled by reading the cards: how many are right, and kept."""

from decimal import Decimal

import pytest

from service.matching.rules import HOMES, MatchCandidate, compared, proposals
from tests.matches import judged, labelled, measured, table, things


def test_at_each_confidence_precision_and_number_kept_are_known() -> None:
    print(table())
    floors = {m.relation: m for m in measured()}
    assert len(labelled()) >= 200
    assert {r: (m.kept, m.right, m.of) for r, m in floors.items()} == {
        "same-as": (59, 58, 68), "implements": (35, 35, 35), "dataset-of": (37, 34, 34),
    }  # fmt: skip
    assert all(m.precision >= 0.9 for m in floors.values())


def test_no_boilerplate_link_or_repository_makes_two_things_the_same() -> None:
    for pair, found in judged():
        if found and found.relation == "same-as":
            assert any("called" in r or "abbreviation" in r for r in found.reasons), pair
        if found:
            assert not any(home.casefold() in r for home in HOMES for r in found.reasons), pair


def test_nothing_is_proposed_as_the_same_among_all_of_them_by_a_link_alone() -> None:
    made = [p for p in proposals(things().values()) if p.relation == "same-as"]
    assert made
    assert not any(all(r.startswith("Both name") for r in p.reasons) for p in made)


def dataset(ident: str, *identifiers: str, title: str = "", author: str = "") -> MatchCandidate:
    return MatchCandidate(
        "dataset", ident, (title or ident,), (), frozenset(identifiers), authors=frozenset([author])
    )


def test_a_link_that_many_give_belongs_to_none() -> None:
    many = [dataset(f"d{n}", "github:a/toolbox") for n in range(6)]
    benchmark = MatchCandidate("benchmark", "b", ("B",), (), frozenset({"github:A/Toolbox"}))
    assert proposals([*many, benchmark]) == []
    few = proposals([many[0], benchmark])
    assert [(p.relation, p.reasons) for p in few] == [
        ("dataset-of", ("Both name github:a/toolbox.",))
    ]


@pytest.mark.parametrize(
    ("one", "other", "confidence"),
    [
        (("github:a/x",), ("github:b/X",), "0.6"),  # a project that moved
        (("github:a/x",), ("github:b/y",), "0.2"),
        ((), (), "0.6"),
    ],
)
def test_other_repositories_speak_against_one_name(
    one: tuple[str, ...], other: tuple[str, ...], confidence: str
) -> None:
    found = compared(
        dataset("a", *one, title="Set", author="ann"), dataset("b", *other, title="SET", author="b")
    )
    assert found is not None
    assert found.confidence == Decimal(confidence)


def test_one_source_keeps_two_of_one_name_apart() -> None:
    pair = [dataset(n, title="Set", author="hub") for n in "ab"]
    assert proposals(pair) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("GPT-4o 2024-05-13", "openai/gpt-4o-2024-05-13"), ("Llama 2 13B", "LLaMA-2-13B")],
)
def test_systems_are_the_same_by_a_name_without_its_maker(one: str, other: str) -> None:
    (found,) = proposals(
        [MatchCandidate("system", "a", (one,)), MatchCandidate("system", "b", (other,))]
    )
    assert (found.relation, found.subject, found.target) == ("same-as", "system/b", "system/a")
    other_version = MatchCandidate("system", "c", ("gpt-4o-2024-11-20",))
    assert compared(MatchCandidate("system", "a", (one,)), other_version) is None
