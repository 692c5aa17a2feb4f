"""`evalgap fit | risk | coverage` as a user runs them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run, command

STUDY = """
  - id: made-up-{n}
    title: A made-up measurement, number {n}
    benchmark: medqa
    author: {{id: tester, name: A tester}}
    gap_kind: absolute-difference
    verification: full-text
    value: {value}
    precision: 1
    unit: percentage-point
    n: 100
    not_given: [interval-not-reported]
    varies: [repetition]
    sources: [{{url: "https://example.org/{n}"}}]
    measurements:
      - {{key: before, metric: right, study: s{n}, value: 80, precision: 1, unit: percent,
         n: 100, events: 80, not_given: [interval-not-reported],
         condition: {{repetition: best-of-several}}}}
      - {{key: after, metric: right, study: s{n}, value: {after}, precision: 1, unit: percent,
         n: 100, events: {after}, not_given: [interval-not-reported],
         condition: {{repetition: every-trial}}}}
    evaluation: before
    changed: after"""
HEAD = """evalgap: 1
metrics: [{{id: right, name: Right answers, higher_is_better: true,
  metric_class: accuracy}}]
studies:
{studies}
gaps:{gaps}
"""


def made_up(*after: int) -> str:
    """Return an EvalGap file with one study for each score after the change from 80 %."""
    studies = "\n".join(f"  - {{id: s{n}, name: Study {n}}}" for n in range(len(after)))
    gaps = "".join(STUDY.format(n=n, value=80 - a, after=a) for n, a in enumerate(after))
    return HEAD.format(studies=studies, gaps=gaps)


def test_fit_is_a_table_to_read(seeded: Path) -> None:
    done = command(seeded, "fit", "public-self-assessment", "--domain", "healthcare", "--limit", 3)
    assert done.returncode == 0
    assert "Members of the public asking an LLM about new symptoms" in done.stdout
    assert "Unknown is not counted as held." in done.stdout
    assert "18.67 points lost (below 0: gained), changed with input variation" in done.stdout
    assert "percentage-point" not in done.stdout
    assert "of other domains are left out; --domain all has them" in " ".join(done.stdout.split())
    everywhere = command(seeded, "fit", "public-self-assessment", "--domain", "all", "--json")
    assert json.loads(everywhere.stdout)["left_out"] == 0


def test_fit_of_one_benchmark_names_rules(seeded: Path) -> None:
    done = command(seeded, "fit", "public-self-assessment", "--benchmark", "craft-md", "--csv")
    assert done.stdout.startswith("rank,benchmark,title,dimension,verdict,how,rule")
    assert "turns: holds (same-value); inquiry: unknown" in done.stdout
    assert "interaction-type,unknown,derived,deployment-not-stated" in done.stdout


def test_fit_of_a_description_in_a_file(seeded: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("characteristics:\n  interaction_type: multi-turn\n", "utf-8")
    done = command(seeded, "fit", file, "-d", "interaction-type", "--benchmark", "medqa", "--json")
    found = json.loads(done.stdout)["benchmarks"][0]["findings"][0]
    assert (found["verdict"], found["how"], found["rule"]) == ("violated", "derived", "asks-less")


CARD = """evalgap: 1
benchmark_name: Made up
benchmark: {{id: {name}}}
card: {{author: {{id: tester, name: Tester}}, origin: third-party, status: accepted}}
outcome:
  decision_mediation: {{values: {values}, source: {{url: "https://example.org/x"}}}}
"""
CARDS = {
    "exact": "[human-confirms]",
    "sibling": "[human-decides]",
    "vague": "[human-between]",
    "every": "[{value: human-between, every_kind: true}]",
    "several": "[human-confirms, output-is-decision]",
    "most": "[{value: human-confirms, share: 0.95}, {value: output-is-decision, share: 0.05}]",
    "little": "[{value: human-confirms, share: 0.02}, {value: output-is-decision, share: 0.98}]",
}


def test_broad_values_several_values_and_shares(run: Run, tmp_path: Path) -> None:
    for name, values in CARDS.items():
        (tmp_path / f"{name}.yaml").write_text(CARD.format(name=name, values=values), "utf-8")
    assert run("import", *(tmp_path / f"{name}.yaml" for name in CARDS)).returncode == 0
    mine = tmp_path / "mine.yml"
    mine.write_text("characteristics:\n  decision-mediation: human-confirms\n", "utf-8")

    def verdict(name: str) -> tuple[str, str]:
        found = json.loads(run("fit", mine, "--benchmark", name, "--json").stdout)["benchmarks"]
        finding = next(f for f in found[0]["findings"] if f["dimension"] == "decision-mediation")
        return finding["verdict"], finding["rule"]

    assert {name: verdict(name) for name in CARDS} == {
        "exact": ("holds", "same-value"),
        "sibling": ("violated", "different-value"),
        "vague": ("unknown", "broader-assumed"),
        "every": ("holds", "every-kind-assumed"),
        "several": ("partially-holds", "one-value-of-several"),
        "most": ("holds", "nearly-all-match"),
        "little": ("violated", "few-match"),
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("fit", "nowhere"), "There is no deployment 'nowhere' here."),
        (("fit", "clinician-workup", "-d", "no-such"), "there is no dimension 'no-such'"),
        (("risk", "clinician-workup", "nothing"), "There is no benchmark 'nothing' here."),
        (("coverage", "language"), "two or three"),
    ],
)
def test_what_does_not_fit_is_one_plain_sentence(
    seeded: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = command(seeded, *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_risk_lists_figures_and_says_it_is_no_forecast(seeded: Path) -> None:
    done = command(seeded, "risk", "public-self-assessment", "bean2026-scenarios")
    assert "information-completeness: partially holds" in done.stdout
    assert "confounded: 18.67 points (absolute difference" in done.stdout
    assert "at least 60.4 points" in done.stdout
    assert "95 % CI 8.33 to 15.50" in done.stdout, "with all digits of its source"
    assert "as log odds: not pooled, 1 of at least 3" in done.stdout
    assert "not pooled, 1 of at least 3 comparable studies" in done.stdout
    assert "not a forecast" in done.stdout


def test_three_comparable_studies_are_summed_up(run: Run, tmp_path: Path) -> None:
    """Equal errors would give the closed form; here Wald's differ, and so does the weight."""
    file = tmp_path / "studies.yaml"
    file.write_text(made_up(70, 60, 50), "utf-8")
    stored = run("import", file)
    assert stored.returncode == 0, stored.stdout + stored.stderr
    done = run("risk", "customer-service-agents", "medqa", "-d", "repetition", "--json")
    (part,) = json.loads(done.stdout)["assumptions"]
    pools = {(p["scope"], p["metric_class"]): p for p in part["pools"]}
    found = pools["any-domain", "accuracy"]
    assert found["k"] == 3
    assert [s["effect"] for s in found["studies"]] == [10, 20, 30]
    summary = found["summary"]
    assert 18 < summary["mean"] < 22
    assert summary["lower"] < 10
    assert summary["prediction_lower"] is None  # from five studies on
    assert "Hartung-Knapp" in summary["method"]
    every = [*part["same_domain"], *part["elsewhere"]]
    errors = {i["gap"]: i["standard_error_method"] for i in every}
    assert errors["made-up-0"] == "two-proportions"
    assert errors["healthbench2025-worst16"] is None
    text = run("risk", "customer-service-agents", "medqa", "-d", "repetition").stdout
    assert "k = 3" in text
    lower = f"{summary['lower']:.2f}".replace("-", "\N{MINUS SIGN}")
    assert f"mean {summary['mean']:.2f} (95 % CI {lower} to" in text


LOWER = """evalgap: 1
records:
  - kind: dataset-card
    id: medqa-files/tester
    title: MedQA files
    dataset: {id: medqa-files}
    author: {id: tester, name: A tester}
    assumptions:
      - dimension: interaction-type
        answer_status: answered
        answer: Open conversations.
        assumes: [interaction-type/multi-turn]
        codings: [{code: interaction-type/multi-turn, basis: stated}]
        sources: [{url: "https://example.org/files"}]
matches:
  - subject: dataset/medqa-files
    target: benchmark/medqa
    relation: dataset-of
    decision: confirm
    reasons: [The benchmark is made from these files.]
    author: {id: tester, name: A tester}
"""


def test_what_a_matched_dataset_says_stands_beside_and_is_not_counted(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "lower.yaml"
    file.write_text(LOWER, "utf-8")
    stored = run("import", file)
    assert stored.returncode == 0, stored.stdout + stored.stderr
    done = run("fit", "public-self-assessment", "--benchmark", "medqa", "--json")
    found = json.loads(done.stdout)["benchmarks"][0]["findings"][2]
    assert (found["verdict"], found["assumed"]) == ("violated", ["single-turn"])
    assert found["beside"][0]["record"] == "dataset-card/medqa-files/tester/1"


def test_coverage_ends_with_what_is_needed(seeded: Path) -> None:
    done = command(seeded, "coverage", "interaction-type,decision-mediation", "--domain", "law")
    assert "value-never-used" in done.stdout
    assert "A benchmark is needed that has" in done.stdout


def test_the_other_commands_load_no_statistics() -> None:
    code = (
        "import sys, service.cli.main\n"
        "print([m for m in ('scipy', 'pandas', 'statsmodels') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_old_option_means_the_new_one_and_is_not_shown(seeded: Path) -> None:
    new, old = (
        command(seeded, "fit", "public-self-assessment", option, 5, "--json").stdout
        for option in ("--min-answered", "--least")
    )
    assert new == old
    assert {len(b["answered"]) for b in json.loads(new)["benchmarks"]} == {5}
    for name, option, former in (
        ("fit", "--min-answered", "--least"),
        ("import", "--plain-pyshacl", "--stock"),
    ):
        shown = command(seeded, name, "--help").stdout
        assert option in shown
        assert former not in shown


def test_the_table_of_coverage_has_each_column_once(seeded: Path) -> None:
    arguments = ("coverage", "interaction-type,decision-mediation", "--domain", "healthcare")
    assert "silent" not in command(seeded, *arguments).stdout
    header = command(seeded, *arguments, "--csv").stdout.partition("\n")[0]
    assert {"unanswered_benchmarks", "silent_benchmarks"} <= set(header.strip().split(","))


def test_the_old_option_of_import_is_still_accepted(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "studies.yaml"
    file.write_text(made_up(70), "utf-8")
    assert run("import", file, "--stock").returncode == 0
