"""Named questions that the shipped data leaves without rows, asked of data that has some."""

import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run, command

CARD = """
evalgap: 1
benchmark_name: Ward questions
benchmark: {id: ward, domains: [healthcare]}
card: {author: {id: ann, name: Ann}, origin: third-party}
task:
  interaction_type: {answer: People may ask back., values: [multi-turn], source: {url: "https://example.org/ward"}}
deployments:
  - id: the-ward
    title: Nurses on a ward
    domains: [healthcare]
    author: {id: ann, name: Ann}
    origin: practitioner
    characteristics:
      interaction_type: {answer: They ask back., values: [multi-turn], source: {url: "https://example.org/ward"}}
reviews:
  - deployment: the-ward
    card: ward/ann
    author: {id: ann, name: Ann}
    origin: practitioner
    verdicts:
      interaction_type: {verdict: holds, rationale: They do., evidence: [{kind: author-statement, url: "https://example.org/a"}]}
"""  # noqa: E501

SECOND = """
evalgap: 1
reviews:
  - deployment: the-ward
    card: ward/ann
    author: {id: ben, name: Ben}
    origin: practitioner
    verdicts:
      interaction_type: {verdict: violated, rationale: They do not., evidence: [{kind: author-statement, url: "https://example.org/b"}]}
matches:
  - {subject: implementation/ward-task, target: benchmark/ward, relation: implements, decision: confirm, reasons: [Same name.], author: {id: ann, name: Ann}}
  - {subject: dataset/ward-files, target: benchmark/ward, relation: dataset-of, decision: propose, confidence: 0.5, reasons: [Same name.], author: {id: ann, name: Ann}}
records:
  - kind: implementation-card
    id: ward-task/ben
    implementation: {id: ward-task}
    title: ward_task
    harness: a harness
    author: {id: ben, name: Ben}
    origin: third-party
    assumptions:
      - {dimension: interaction-type, answer_status: answered, answer: One request., assumes: [interaction-type/single-turn], codings: [{code: interaction-type/single-turn}], sources: [{url: "https://example.org/task"}]}
  - kind: dataset-card
    id: ward-files/ben
    dataset: {id: ward-files}
    title: Ward files
    author: {id: ben, name: Ben}
    origin: third-party
  - kind: result
    id: ward-run/ben
    title: A run
    author: {id: ben, name: Ben}
    origin: third-party
    systems: [{id: a-model, name: A model}]
    measurements:
      - {key: score, value: 0.5, unit: fraction, metric: {id: accuracy, name: Accuracy}, evaluation: "Ward, test split"}
"""  # noqa: E501


@pytest.fixture
def ward(run: Run, tmp_path: Path) -> Run:
    (tmp_path / "card.yaml").write_text(CARD, "utf-8")
    (tmp_path / "second.yaml").write_text(SECOND, "utf-8")
    done = run("import", tmp_path / "card.yaml", tmp_path / "second.yaml", seed=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return run


def rows(run: Run, name: str, *options: str) -> list[dict[str, str]]:
    done = run("query", name, *options, seed=False)
    assert done.returncode == 0, done.stderr
    short = done.stdout.replace("https://w3id.org/evalgap/", "")
    return list(csv.DictReader(short.splitlines()))


def test_two_assessors_who_disagree(ward: Run) -> None:
    (row,) = rows(ward, "disagreeing-reviews")
    assert (row["assessor1"], row["verdict1"]) == ("Ann", "code/verdict/holds")
    assert (row["assessor2"], row["verdict2"]) == ("Ben", "code/verdict/violated")


def test_an_implementation_that_states_another_value_than_the_benchmark(ward: Run) -> None:
    (row,) = rows(ward, "level-differences")
    assert row["thing"] == "id/implementation/ward-task"
    assert row["atBenchmark"] == "value/interaction-type/multi-turn"
    assert row["atThing"] == "value/interaction-type/single-turn"


def test_a_match_that_waits_for_a_decision(ward: Run) -> None:
    (row,) = rows(ward, "matches-to-decide", "--param", "status=draft")
    assert (row["subject"], row["reasons"]) == ("id/dataset/ward-files", "Same name.")


def test_the_scores_of_a_system_include_results(ward: Run) -> None:
    (row,) = rows(ward, "results-of-system", "--param", "system=a-model")
    assert (row["record"], row["scoreOf"]) == ("id/result/ward-run/ben", "Ward, test split")


def test_what_only_an_implementation_states_is_no_value_of_a_benchmark(ward: Run) -> None:
    found = rows(ward, "unused-values", "--param", "dimension=interaction-type")
    values = {row["value"].rpartition("/")[2] for row in found}
    assert "single-turn" in values
    assert "multi-turn" not in values


def test_a_source_may_be_any_web_address_and_nothing_else(ward: Run) -> None:
    found = rows(ward, "supported-by-source", "--param", "source=https://example.org/ward")
    assert {row["dimension"] for row in found} == {"dimension/interaction-type"}
    assert len(found) == 2
    for wrong in ("https://example.org/> ?p ?o } #", "javascript:alert(1)", "ward"):
        refused = ward("query", "supported-by-source", "--param", f"source={wrong}", seed=False)
        assert refused.returncode == 2
        assert "web address" in refused.stderr


def test_stats_of_an_empty_store_are_zeros(run: Run) -> None:
    done = run("stats", "--json", seed=False)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)["totals"].values()) == {0}
    assert run("stats", seed=False).returncode == 0
    answers = run("stats", "--questions", seed=False).stdout
    assert answers.count("rows: 0") == 9  # the dimensions, each without evidence, are there


def test_ten_questions_are_answered(seeded: Path) -> None:
    shown = command(seeded, "stats", "--questions").stdout
    assert shown.count("`evalgap query ") == 10
    assert {who: shown.count(f"**{who}:") for who in ("Clinician", "Auditor", "ML lead")} == {
        "Clinician": 4,
        "Auditor": 3,
        "ML lead": 3,
    }
