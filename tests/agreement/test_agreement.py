"""Agreement of two codings: figures of published examples, who coded, what became of differences.

Kappa and alpha were compared once with scikit-learn 1.7 (`cohen_kappa_score`), NLTK 3.9
(`AnnotationTask.alpha` with Jaccard's distance) and krippendorff 0.8 on 13 questions of 40 records
each: equal to 1e-12.
"""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests import coding
from tests.cli.conftest import command

NOMINAL = ("a a b b d c c c e d d a", "b a b b b c c c e d d d")
"""Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011: example B, nominal data."""
BINARY = ("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
"""The same, example A."""
QUARTERS = ("y " * 25 + "n " * 25, "y " * 20 + "n " * 5 + "y " * 10 + "n " * 15)
"""The table 20, 5, 10, 15 from which kappa is often explained: (0.7 - 0.5) / (1 - 0.5)."""


def write(path: Path, answers: list[str], question: str, who: str, coder_is: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        if new:
            table.writerow(["coder", "coder_is", "kind", "record", "question", "answer"])
        for i, answer in enumerate(answers):
            table.writerow([who, coder_is, "card", f"b{i:02}/x", question, answer])


def coded(folder: Path, questions: dict[str, tuple[list[str], list[str]]], second: str) -> Path:
    for question, (ours, theirs) in questions.items():
        write(folder / "first" / "ann.csv", ours, question, "ann", "program")
        write(folder / "second" / "ben.csv", theirs, question, "ben", second)
    return folder


def agreement(folder: Path) -> Any:
    answer = command(folder / "no-store", "stats", "--agreement", "--codings", folder, "--json")
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)["codings"][0]


@pytest.mark.parametrize(
    ("codes", "name", "published"),
    [(NOMINAL, "alpha", 0.692), (BINARY, "alpha", 0.095), (QUARTERS, "kappa", 0.4)],
)
def test_coefficients_are_those_of_published_examples(
    tmp_path: Path, codes: tuple[str, str], name: str, published: float
) -> None:
    ours, theirs = (c.split() for c in codes)
    found = agreement(coded(tmp_path, {"q": (ours, theirs)}, "program"))["rows"][0]
    assert found[name] == pytest.approx(published, abs=5e-4)
    assert found[f"{name}_lower"] < found[name] < found[f"{name}_upper"]


def test_sets_that_share_a_code_agree_in_part_by_alpha_alone(tmp_path: Path) -> None:
    ours, theirs = ["a b", "a", "c", "c"], ["b", "a", "c", "a"]
    found = agreement(coded(tmp_path, {"q": (ours, theirs)}, "program"))["rows"][0]
    assert (found["n"], found["equal"]) == (4, 0.5)
    # distances found 0.5 and 1; by chance, over all pairs of the eight answers, 40 / 14
    assert found["alpha"] == pytest.approx(1 - 1.5 / (40 / 14))


def test_categories_of_two_questions_are_never_set_against_each_other(tmp_path: Path) -> None:
    same = (["a"] * 4, ["a"] * 4)
    found = agreement(coded(tmp_path, {"p": same, "q": (["b", "b", "b", "c"],) * 2}, "program"))
    kappa = {row["question"]: (row["kappa"], row["kappa_lower"]) for row in found["rows"]}
    assert kappa["p"] == (None, None)  # one answer throughout: chance gives the same
    assert kappa["q"] == kappa["all that have codes"] == (1, None)  # and no width to resample


def test_it_says_between_whom_and_what_became_of_each_difference(tmp_path: Path) -> None:
    answers = (["a", "b", "not-stated", ""], ["a", "c", "b", "b"])
    folder = coded(tmp_path, {"q": answers}, "person")
    (folder / "resolved.csv").write_text(
        "kind,record,question,decision,reason\ncard,b01/x,q,c,The paper says so in section 2.\n"
    )
    found = agreement(folder)
    assert found["between"] == "a person and a program"
    assert [(d["record"], d["decision"]) for d in found["disagreements"]] == [
        ("b01/x", "c"), ("b02/x", "disputed"),
    ]  # fmt: skip
    assert (found["rows"][0]["n"], found["rows"][0]["coded_by_both"]) == (3, 2)
    text = command(folder / "none", "stats", "--disagreements", "--codings", folder).stdout
    assert "The paper says so in section 2." in text
    assert "ann (a program) and ben (a person)" in text
    assert "differ on 2 answers, 1 of which are disputed" in text


def test_numbers_are_equal_by_what_they_say_and_have_no_coefficient(tmp_path: Path) -> None:
    answers = (["1,840", "0.30", "not-stated"], ["1840", ".3", "7"])
    row = agreement(coded(tmp_path, {"value": answers}, "program"))["rows"][0]
    assert (row["equal"], row["kappa"], row["alpha"]) == (pytest.approx(2 / 3), None, None)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ben,robot,card,b00/x,q,a", "person or program"),
        ("ben,program,card,b00/x,q,a\nben,program,card,b00/x,q,b", "answers q of b00/x twice"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, line: str, words: str) -> None:
    folder = coded(tmp_path, {"q": (["a"], ["a"])}, "program")
    head = "coder,coder_is,kind,record,question,answer\n"
    (folder / "second" / "ben.csv").write_text(head + line)
    answer = command(folder / "none", "stats", "--agreement", "--codings", folder)
    assert answer.returncode == 2
    assert words in answer.stderr
    (folder / "second" / "ben.csv").write_text("kind,record,question\n")
    answer = command(folder / "none", "stats", "--agreement", "--codings", folder)
    assert "lacks the columns answer, coder, coder_is" in answer.stderr


def test_the_sheets_for_a_second_coder_hold_no_code_of_the_first(tmp_path: Path) -> None:
    coding.sheets(tmp_path)
    cards, gaps = coding.sample()
    for name, count in (("cards", 8 * len(cards)), ("gaps", 8 * len(gaps))):
        with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == count
        filled = {column for row in rows for column, cell in row.items() if cell}
        assert filled == {"kind", "record", "question"}


def test_the_shipped_agreement_is_served_as_json_and_markdown(client: TestClient) -> None:
    found = client.get("/api/v1/agreement")
    text = client.get("/api/v1/agreement", headers={"Accept": "text/markdown"})
    assert found.status_code == text.status_code == 200
    for one in found.json()["codings"]:
        assert f"Agreement between {one['between']}" in text.text


@pytest.mark.parametrize("name", ["stats", "agreement"])
def test_a_parameter_that_does_not_exist_is_refused(client: TestClient, name: str) -> None:
    answer = client.get(f"/api/v1/{name}?disagreements=true")
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "disagreements"
