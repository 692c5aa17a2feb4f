"""`evalgap plan`: a plan is made, a step done, and the whole exported."""

import shutil
from pathlib import Path

from tests.cli.conftest import command

RESULT = """
metric: {id: relevant-condition-named, name: At least one relevant condition named,
  higher_is_better: true}
before: {value: 94.67, n: 600, events: 568}
after: {value: 93.33, n: 600, events: 560}
"""


def test_a_plan_from_first_to_last(seeded: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(seeded, store)
    (tmp_path / "result.yaml").write_text(RESULT, "utf-8")
    (tmp_path / "findings.yaml").write_text(
        "findings: [{dimension: decision-mediation, verdict: violated, basis: Our view.}]", "utf-8"
    )
    made = command(
        store, "plan", "new", "one", "public-self-assessment", "bean2026-scenarios/raman-et-al",
        "--by", "ann=Ann", "--findings", tmp_path / "findings.yaml",
        "--sample", "method=non-inferiority-arms margin=5 expected_loss=0 baseline=95",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "test-outcome  decision-mediation: planned" in made.stdout
    (tmp_path / "use.yaml").write_text(
        "title: Ward 7\ndomains: [healthcare]\ncharacteristics: {interaction-type: multi-turn}\n",
        "utf-8",
    )
    own = ("plan", "new", "two", tmp_path / "use.yaml", "medqa", "--by", "ann=Ann")
    open_ = command(store, *own)
    assert (open_.returncode, "license" in open_.stderr) == (2, True), open_.stderr
    described = command(store, *own, "--license", "cc0-1.0")
    assert described.returncode == 0, described.stderr
    assert "interaction-type" in described.stdout
    early = command(store, "plan", "step", "one", "2", "--result", tmp_path / "result.yaml")
    assert early.returncode == 2
    assert "Send the threshold first" in early.stderr
    fixed = command(store, "plan", "step", "one", "2", "--threshold", "at-most 5 percentage-point")
    assert fixed.returncode == 0, fixed.stderr
    told = command(store, "plan", "step", "one", "2", "--result", tmp_path / "result.yaml")
    assert told.returncode == 0, told.stderr
    assert "done, met" in told.stdout
    assert "feeds the gap one-step-2" in told.stdout
    assert "version 3" in command(store, "plan", "show", "one").stdout
    given = ("--verification", "full-text", "--reason", "The preprint is out.")
    alone = command(store, "publish", "one-step-2", "--by", "ann=Ann", *given)
    assert "names no source outside this store" in alone.stderr
    shown = ("--source", "https://example.org/preprint")
    listed = command(store, "publish", "one-step-2", "--by", "ann=Ann", *given, *shown)
    assert "one-step-2 is published in version 2 (full-text)" in listed.stdout, listed.stderr
    text = command(store, "plan", "export", "one").stdout
    for words in (
        "Our view.",
        "640 (320 in each group); non-inferiority, two arms",
        "loss 1.34",
        "version 3",
    ):
        assert words in text
    absent = command(store, "plan", "show", "absent")
    assert (absent.returncode, "Traceback" in absent.stderr) == (2, False)
