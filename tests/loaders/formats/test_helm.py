"""Run groups of HELM and MedHELM: who wrote the text, and who would use the system."""

from pathlib import Path
from typing import Any

import pytest

from loaders.contract import Rejected
from tests.loaders.reading import (
    bases,
    card,
    cards,
    formats,
    on,
    outcomes,
    put,
    real,
    reasons,
    silent,
    violations,
)


def schema(*groups: dict[str, Any]) -> dict[str, Any]:
    metrics = [
        {"name": "exact_match", "display_name": "EM"},
        {"name": "note_accuracy", "display_name": "Note Jury Score", "description": "wrong text"},
    ]
    return {"metrics": metrics, "run_groups": list(groups)}


def group(name: str, **taxonomy: str) -> dict[str, Any]:
    return {
        "name": name,
        "display_name": name.upper(),
        "description": f"About {name} [(A, 2020)](https://arxiv.org/pdf/2009.13081.pdf).",
        "metric_groups": ["accuracy"],
        "environment": {"main_name": "exact_match", "main_split": "test"},
        "taxonomy": {"task": "question answering", "language": "English", **taxonomy},
    }


def test_each_run_group_is_an_implementation(tmp_path: Path) -> None:
    parent = {"name": "core", "display_name": "Core", "subgroups": ["qa"]}
    folder = put(tmp_path, {"schema_x.yaml": schema(parent, group("qa"))})
    qa = card(folder, "schema_x.yaml/run_groups/1")
    assert (qa.title, qa.harness, qa.metrics) == ("QA", "HELM", ("exact_match",))
    assert qa.identifiers == ("helm:schema_x/qa", "arxiv:2009.13081")
    assert qa.groups == ("core",)
    assert (qa.tasks, qa.languages, qa.rights) == (
        ("question answering",), ("English",), "Apache-2.0",
    )  # fmt: skip
    heading = outcomes(folder)["schema_x.yaml/run_groups/0"]
    assert isinstance(heading, Rejected)
    assert heading.passed_over == "heading over HELM run groups"


@pytest.mark.parametrize(
    ("who", "codes"),
    [
        ("problem setters", {"expert"}),
        ("Workers on Amazon Mechanical Turk", {"crowd"}),
        ("synthetic model-generated questions", {"model"}),
        ("dataset authors and language models", {"researcher", "model"}),
        ("automatically generated from templates", {"model"}),
    ],
)
def test_authorship_is_derived_by_table(tmp_path: Path, who: str, codes: set[str]) -> None:
    folder = put(tmp_path, {"schema_x.yaml": schema(group("qa", who=who))})
    answer = on(card(folder, "schema_x.yaml/run_groups/0"), "query-authorship")
    assert {c.code for c in answer.codings} == {f"query-authorship/{c}" for c in codes}
    assert {(c.basis, c.rule, c.source_text) for c in answer.codings} == {
        ("derived", "helm-who", f"taxonomy.who: {who}")
    }


@pytest.mark.parametrize(
    "who", ["web users", "real-world users", "lawyers", "2024", "various online sources"]
)
def test_authors_that_leave_a_doubt_are_hints(tmp_path: Path, who: str) -> None:
    folder = put(tmp_path, {"schema_x.yaml": schema(group("qa", who=who))})
    answer = on(card(folder, "schema_x.yaml/run_groups/0"), "query-authorship")
    assert (answer.codings, answer.answer_status) == ((), "not-stated")
    assert answer.hints == (f"taxonomy.who: {who}",)


@pytest.mark.parametrize("who", ["Human experts", "dataset authors", "expert data scientists"])
def test_what_mostly_names_somebody_else_is_kept_as_words(tmp_path: Path, who: str) -> None:
    folder = put(tmp_path, {"schema_x.yaml": schema(group("qa", who=who))})
    found = card(folder, "schema_x.yaml/run_groups/0")
    assert silent(found, "outcome-validity")
    assert f"taxonomy/who: {who}" in found.also_says


def test_a_metric_that_compares_with_a_key_gives_the_outcome(tmp_path: Path) -> None:
    folder = put(tmp_path, {"schema_x.yaml": schema(group("qa"))})
    (coding,) = on(card(folder, "schema_x.yaml/run_groups/0"), "outcome-validity").codings
    assert (coding.code, coding.basis, coding.rule, coding.source_text) == (
        "outcome-validity/item-correct", "derived", "answer-metrics",
        "environment.main_name: exact_match",
    )  # fmt: skip


@pytest.mark.parametrize("who", ["?", "n/a", "N/A", "None", "Unknown", ""])
def test_placeholders_say_nothing(tmp_path: Path, who: str) -> None:
    folder = put(tmp_path, {"schema_x.yaml": schema(group("qa", who=who, when="?"))})
    assert silent(card(folder, "schema_x.yaml/run_groups/0"), "outcome-validity")


@pytest.mark.parametrize("who", ["Clinician", "dataset authors"])
def test_in_medhelm_who_is_the_user_and_never_the_author(tmp_path: Path, who: str) -> None:
    folder = put(tmp_path, {"schema_medhelm.yaml": schema(group("qa", who=who, when="Discharge"))})
    found = card(folder, "schema_medhelm.yaml/run_groups/0")
    assert silent(found, "decision-mediation", "outcome-validity")
    assert on(found, "decision-mediation").hints == (
        f"taxonomy.who (intended user): {who}", "taxonomy.when (moment of use): Discharge",
    )  # fmt: skip
    assert (found.audience, found.domains) == ((who,), ("healthcare",))


def test_medhelm_is_known_by_its_content_too(tmp_path: Path) -> None:
    parent = {"name": "medhelm_scenarios", "subgroups": ["qa"]}
    folder = put(tmp_path, {"other.yaml": schema(parent, group("qa", who="problem setters"))})
    found = card(folder, "other.yaml/run_groups/1")
    assert silent(found, "decision-mediation", "outcome-validity")


def test_a_jury_of_models_is_a_hint_on_the_outcome(tmp_path: Path) -> None:
    judged = {**group("note"), "environment": {"main_name": "note_accuracy"}}
    folder = put(tmp_path, {"schema_x.yaml": schema(judged)})
    outcome = on(card(folder, "schema_x.yaml/run_groups/0"), "outcome-validity")
    assert outcome.codings == ()
    assert outcome.hints == ("main metric note_accuracy: Note Jury Score",)


def test_a_group_without_name_does_not_stop_the_others(tmp_path: Path) -> None:
    bad = {"display_name": "?", "taxonomy": "none", "environment": []}
    found = outcomes(put(tmp_path, {"schema_x.yaml": schema(bad, group("qa"))}))
    assert isinstance(found["schema_x.yaml/run_groups/0"], Rejected)
    assert "no name" in reasons(found["schema_x.yaml/run_groups/0"])
    assert formats(found) == {"set aside": 1, "helm-schema": 1}


def test_the_same_name_in_two_schemas_stays_apart(tmp_path: Path) -> None:
    files = {"schema_a.yaml": schema(group("qa")), "schema_b.yaml": schema(group("qa"))}
    assert len({r.id for r in cards(outcomes(put(tmp_path, files)))}) == 2


def test_the_real_files_are_all_accounted_for() -> None:
    found = real("helm")
    assert formats(found) == {"helm-schema": 415, "set aside": 77}
    assert len({r.id for r in cards(found)}) == 415
    counts = bases(cards(found))
    assert counts[("query-authorship", "derived")] == 19
    assert counts[("query-authorship", "hinted")] == 135
    assert counts[("decision-mediation", "hinted")] == 35
    medical = [r for name, o in found.items() if "medhelm.yaml" in name for r in cards({name: o})]
    assert len(medical) == 37
    assert not any(on(r, "query-authorship").codings for r in medical)
    assert violations(medical) == []
