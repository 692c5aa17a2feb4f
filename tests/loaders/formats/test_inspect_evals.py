"""Listings of inspect_evals: told from other files of that name, agents, human baselines."""

from pathlib import Path

import pytest

from loaders.contract import Rejected
from tests.loaders.reading import (
    bases,
    card,
    cards,
    document,
    formats,
    on,
    outcomes,
    put,
    real,
    reasons,
    silent,
    violations,
)

LISTING = """
title: "QA: a benchmark"
description: |
  Questions and answers.
arxiv: https://arxiv.org/abs/2009.13081
group: Knowledge
contributors: [somebody]
version: "3-B"
tasks:
  - name: qa
    dataset_samples: 1273
    human_baseline: {metric: accuracy, score: 0.87, source: "https://arxiv.org/abs/2306.10070"}
  - name: qa_judge
    dataset_samples: 10
    kind: maintenance
tags: [Medical]
external_assets:
  - {type: huggingface, source: owner/qa, state: pinned}
  - {type: direct_url, source: "https://data.test/{file}.jsonl"}
"""


def test_a_listing_becomes_an_implementation(tmp_path: Path) -> None:
    found = card(
        put(tmp_path, {"inspect_evals/qa/eval.yaml": LISTING}), "inspect_evals/qa/eval.yaml"
    )
    assert (found.title, found.harness, found.implementation_version) == (
        "QA: a benchmark", "Inspect", "3-B",
    )  # fmt: skip
    assert found.identifiers == ("inspect-evals:qa", "arxiv:2009.13081")
    assert found.dataset_identifiers == ("huggingface:owner/qa",)
    assert found.domains == ("healthcare",)
    assert "qa.dataset_samples = 1273" in found.settings
    assert "qa_judge.kind = maintenance" in found.settings
    assert found.rights == "MIT"


def test_a_human_baseline_is_words_and_no_gap(tmp_path: Path) -> None:
    found = document(put(tmp_path, {"eval.yaml": LISTING}), "eval.yaml")
    assert [r.kind for r in found.records] == ["implementation-card"]
    assert "0.87" in found.records[0].notes  # type: ignore[attr-defined]
    assert silent(found.records[0])


@pytest.mark.parametrize(
    ("tags", "agentic"),
    [("[Agent]", True), ("[agent, x]", True), ("[agents, safety]", False), ("null", False)],
)
def test_the_tag_agent_is_a_hint(tmp_path: Path, tags: str, agentic: bool) -> None:  # noqa: FBT001
    text = LISTING.replace("[Medical]", tags)
    answer = on(card(put(tmp_path, {"eval.yaml": text}), "eval.yaml"), "interaction-type")
    assert answer.codings == ()
    assert bool(answer.hints) is agentic


@pytest.mark.parametrize(
    "text",
    [
        "name: dynastic\nflag: HTB{x}\nsandbox: {type: docker}\nvariants: {easy: {prompt: p}}\n",
        "name: hr\nsandbox: {type: docker}\nnpcs: []\nvariants: {}\n",
        "title: A page\ntasks: [one, two]\n",
    ],
)
def test_other_files_of_that_name_are_set_aside(tmp_path: Path, text: str) -> None:
    found = outcomes(put(tmp_path, {"eval.yaml": text}))["eval.yaml"]
    assert isinstance(found, Rejected)


def test_an_address_is_mended_or_reported(tmp_path: Path) -> None:
    asked = LISTING.replace("2009.13081", "2009.13081?")
    broken = LISTING.replace("https://arxiv.org/abs/2009.13081", "to appear")
    folder = put(tmp_path, {"a/eval.yaml": asked, "b/eval.yaml": broken})
    assert card(folder, "a/eval.yaml").identifiers[1:] == ("arxiv:2009.13081",)
    assert "to appear" in reasons(document(folder, "b/eval.yaml"))
    assert card(folder, "b/eval.yaml").publications == ()


def test_the_single_file_form_is_read_entry_by_entry(tmp_path: Path) -> None:
    entries = [
        {
            "title": f"T{i}",
            "path": f"src/inspect_evals/e{i}",
            "group": "Coding",
            "tasks": [{"name": "t"}],
        }
        for i in (1, 2)
    ]
    found = outcomes(put(tmp_path, {"listing.yaml": [*entries, {"title": "No tasks"}]}))
    assert formats(found) == {"inspect-evals": 2, "set aside": 1}
    assert card(tmp_path, "listing.yaml/1").identifiers == ("inspect-evals:e2",)


ENTRY = {
    "id": "qa", "name": "QA", "source": "evals", "categories": ["Medicine"], "tags": [],
    "kind": "generation", "modalities": ["text"], "desc": "Questions.",
    "paper": "https://arxiv.org/abs/2009.13081", "code": "inspect_evals/qa_open", "samples": 12,
    "contributors": ["somebody"], "featured": False, "url": "https://site.test/evals/qa/",
    "model_cards": [],
}  # fmt: skip


def test_the_catalogue_is_read_entry_by_entry(tmp_path: Path) -> None:
    named = {**ENTRY, "id": "", "code": "inspect_evals/x"}
    other = {**ENTRY, "source": "harbor", "paper": None, "kind": "agent"}
    tagged = {**ENTRY, "id": "tagged", "tags": ["Agent"], "paper": "to appear"}
    folder = put(tmp_path, {"evals.json": [ENTRY, other, tagged, named, {"id": "stranger"}]})
    found = outcomes(folder)
    assert formats(found) == {"inspect-catalogue": 3, "set aside": 2}
    assert "no id" in reasons(found["evals.json/3"])
    first, second, third = (card(folder, f"evals.json/{n}") for n in range(3))
    assert first.identifiers == ("inspect-evals:qa", "arxiv:2009.13081")
    assert (first.groups, first.domains, first.harness) == (
        ("Medicine",),
        ("healthcare",),
        "Inspect",
    )
    assert "samples = 12" in first.settings
    assert silent(first)
    assert second.identifiers == ("inspect-harbor:qa",)
    assert first.implementation != second.implementation
    assert "to appear" in reasons(document(folder, "evals.json/2"))
    (coding,) = on(second, "interaction-type").codings
    assert (coding.code, coding.rule) == ("interaction-type/agentic", "inspect-kind-agent")
    tag = on(third, "interaction-type")
    assert (tag.codings, tag.hints) == ((), ("tags: Agent",))


def test_the_real_files_are_all_accounted_for() -> None:
    found = real("inspect_evals")
    assert formats(found) == {
        "inspect-evals": 103 + 107,
        "inspect-catalogue": 238,
        "set aside": 7,
    }
    aside = [name for name, o in found.items() if isinstance(o, Rejected)]
    assert sum(name.endswith("eval.yaml") for name in aside) == 6
    assert len({r.id for r in cards(found)}) == 448
    assert bases(cards(found)) == {
        ("interaction-type", "derived"): 140, ("interaction-type", "hinted"): 51,
    }  # fmt: skip
    assert violations(cards(found)[::8]) == []
