"""`evalgap decompose`: a gap from a table of results, as numbers or as a record."""

import json
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from loaders.reading.trees import parse
from tests.cli.conftest import Run, command

ROOT = Path(__file__).parents[2]
BEAN = ROOT / "data/cases/bean2026_rungs.csv"
ADDS = [
    "--adds", "patient-first-message=query-authorship,information-completeness",
    "--adds", "model-in-conversation=interaction-type",
    "--adds", "person-final-answer=decision-mediation",
]  # fmt: skip
ABOUT = """
id: bean-again
title: GPT-4o alone against people using it, computed again
benchmark: bean2026-scenarios
deployment: public-self-assessment
author: {id: ann, name: Ann}
metric: {id: relevant-condition-named, name: At least one relevant condition named,
  higher_is_better: true}
systems: [{id: gpt-4o-2024-05-13, name: GPT-4o (gpt-4o-2024-05-13)}]
sampling_units: {item: conversation, cluster: scenario}
conditions:
  expert-single-turn: {description: One prompt by a doctor., interaction_type: single-turn}
sources: [{url: "https://doi.org/10.1038/s41591-025-04074-y", locator: GPT-4o arm}]
"""


def printed(*args: object) -> dict[str, object]:
    done = command(Path("unused"), "decompose", *args)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_the_bean_numbers_are_printed() -> None:
    found = json.loads(command(Path("unused"), "decompose", BEAN, *ADDS).stdout)
    parts = found["contributions"]
    assert [round(p["value"], 2) for p in parts] == [11.83, 18.67, 30.17]
    assert [round(p["equal_clusters"], 1) for p in parts] == [11.5, 18.8, 29.4]
    assert parts[0]["flow"] is None
    assert [(p["flow"]["lost"], p["flow"]["gained"]) for p in parts[1:]] == [(157, 45), (215, 34)]
    sums = {kind: round(part["value"], 2) for kind, part in found["subtotals"].items()}
    assert sums == {"task-assumption": 30.5, "outcome-assumption": 30.17}
    assert (found["residual"]["value"], found["seed"], found["resamples"]) == (0, 1, 10_000)
    cold = next(c for c in found["clusters"] if c["name"] == "Common Cold")
    assert [round(s, 1) for s in cold["scores"]] == [48.3, 78.8, 71.2, 34.8]
    told = " ".join(found["warnings"])
    for words in ("One order", "Confounded: information", "Few clusters (10)", "Unbalanced mix",
                  "patient-first-message goes the other way in Common Cold",
                  "model-in-conversation goes the other way in Allergic Rhinitis"):  # fmt: skip
        assert words in told


def test_the_same_seed_gives_the_same_numbers_whatever_the_order_of_rows(tmp_path: Path) -> None:
    header, *rows = BEAN.read_text("utf-8").splitlines()
    turned = tmp_path / "turned.csv"
    turned.write_text("\n".join([header, *reversed(rows)]), "utf-8")
    rungs = ["--rungs", "expert-single-turn,patient-first-message,person-final-answer"]
    small = ["--resamples", "500", "--seed", "7"]
    assert printed(BEAN, *rungs, *small) == printed(turned, *rungs, *small)


def test_parquet_gives_what_csv_gives(tmp_path: Path) -> None:
    rows = [line.split(",") for line in BEAN.read_text("utf-8").splitlines()]
    columns = dict(zip(rows[0], zip(*rows[1:], strict=True), strict=True))
    table = pa.table({**columns, "correct": [int(c) for c in columns["correct"]]})
    parquet.write_table(table, tmp_path / "bean.parquet")
    small = ["--resamples", "200"]
    assert printed(tmp_path / "bean.parquet", *small) == printed(BEAN, *small)


def test_a_gap_record_is_printed_that_an_import_takes(run: Run, tmp_path: Path) -> None:
    about = tmp_path / "about.yaml"
    about.write_text(ABOUT, "utf-8")
    made = run("decompose", BEAN, *ADDS, "--resamples", "500", "--as-gap", about)
    assert made.returncode == 0, made.stderr
    first = parse(made.stdout.encode())["gaps"][0]["intervals"][0]
    assert first["interval_method"] == "jackknife-t"
    assert first["clusters"] == 10
    assert "too few" in first["caution"]
    (tmp_path / "gap.yaml").write_text(made.stdout, "utf-8")
    stored = run("import", tmp_path / "gap.yaml")
    assert stored.returncode == 0, stored.stderr
    assert "bean-again" in run("export").stdout
    plain = run("decompose", BEAN, "--resamples", "10", "--as-gap", about)
    assert plain.returncode == 2
    assert "names its dimensions" in plain.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["is empty", "header row"]),
        ("a,b\n1,2\n", ["needs the columns rung and score"]),
        ("rung,item,score\nr,1,high\n", ["line 2", "score 'high'", "not a number", "Write one"]),
        (
            "rung,item,score\nr,1,1\ns,1,7\n",
            ["line 3", "score '7'", "between 0 and 1", "(x - min) / (max - min)"],
        ),
        ("rung,item,score\nr,1,nan\n", ["line 2", "not a number"]),
        ("rung,item,score\nr,1,1\n", ["at least two conditions"]),
        ("rung,item,score\nr,1,1\n,1,1\n", ["line 3", "the rung", "is empty"]),
        ("rung,item,score\nr,1,1\nr,1,0\ns,1,1\n", ["line 3", "item '1'", "twice", "own"]),
        ("rung,item,cluster,score\nr,1,a,1\ns,1,b,1\n", ["line 3", "cluster 'b'", "one cluster"]),
        ("rung,item,score\nr,1,1,9\ns,1,1\n", ["cannot be read", "Expected 3 columns"]),
        ("rung,score,n\nr,1,x\ns,1,2\n", ["line 2", "the n 'x'", "not a count"]),
        ("rung,score,n,events\nr,1,2,3\ns,1,2,2\n", ["line 2", "events '3'", "more than n"]),
        ("rung,score\nr,1\ns,1\nr,0\n", ["line 4", "the rung 'r'", "is there twice"]),
        ("rung,score,changed\nr,1,\ns,1,x y\nt,0,y x\n", ["'s' and 't' change the same: x, y"]),
        ("rung,score,changed\nr,1,x\ns,1,y\n", ["no condition in which nothing is changed"]),
        ("rung,score,changed\nr,1,\ns,1,x\nt,0,y\n", ["in which everything is changed"]),
    ],
)
def test_what_is_wrong_is_named_with_its_mend(
    tmp_path: Path, text: str, words: Iterable[str]
) -> None:
    (tmp_path / "items.csv").write_text(text, "utf-8")
    done = command(Path("unused"), "decompose", tmp_path / "items.csv")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--rungs", "absent,expert-single-turn"], "no results for the condition 'absent'"),
        (["--rungs", "expert-single-turn"], "at least two conditions"),
        (["--adds", "expert-single-turn=period"], "is the first condition"),
        (["--adds", "absent=period"], "no results for the condition 'absent'"),
        (["--adds", "period"], "Write CONDITION=DIMENSIONS"),
        (["--resamples", "0"], "resamples"),
        (["--seed", "-1"], "seed"),
        (["--unit", "inch"], "unit"),
        *((["--scale", s], "lowest and the highest score") for s in ("5", "5:1", "1:inf", "a:b")),
    ],
)
def test_options_that_do_not_fit_are_refused(options: list[str], words: str) -> None:
    done = command(Path("unused"), "decompose", BEAN, *options)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
