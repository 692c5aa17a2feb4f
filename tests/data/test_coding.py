"""What is coded twice: the sample is as drawn, and disagreements are decided with reasons."""

import json
import random
from collections.abc import Iterable
from hashlib import sha256

from service.agreement import codings
from tests.coding import first_codes
from tests.shipped import ROOT

SEALED = json.loads((ROOT / "data/coding/sealed-sample.json").read_text("utf-8"))
DIGEST = "601c5d0f8c0899232e0530199a4b221afddc98bb09d5a218cddb2637f5372e35"
"""Of the sample as drawn on 2026-11-29, before the codebook was revised."""


def test_the_sealed_sample_is_as_drawn() -> None:
    sample = SEALED["sample"]
    for kind, frame in SEALED["frames"].items():
        drawn = random.Random(SEALED["seed"]).sample(frame, 40)  # noqa: S311 - as drawn
        assert sorted(drawn) == sample[kind]
    lines = "".join(f"{kind} {i}\n" for kind in ("cards", "gaps") for i in sample[kind])
    assert sha256(lines.encode()).hexdigest() == SEALED["sha256"] == DIGEST


def test_what_was_decided_says_why_and_is_what_the_card_says() -> None:
    now = {(row["record"], row["question"]): set(row["answer"].split()) for row in first_codes()}
    twice = codings.read(codings.shipped())
    both = [c.answers for c in (*twice.first, *twice.second)]
    for cell, (decision, reason) in twice.resolved.items():
        assert reason.endswith((".", ")"))
        assert len({answers[cell] for answers in both if cell in answers}) > 1
        if cell.kind == "card" and decision != codings.DISPUTED:
            assert set(decision.split()) == now[cell.record, cell.question], cell


def numbers_alike(words: Iterable[str]) -> set[str | float]:
    """Return the words of an answer, and those that are numbers as such: 0.10 is 0.1."""
    return {float(w) if w.replace(".", "").lstrip("-").isdigit() else w for w in words}


def test_the_codebook_counts_what_was_decided() -> None:
    twice = codings.read(codings.shipped())
    (first,) = (c.answers for c in twice.first if c.coder == "codes-after-the-rules")
    second = twice.second[0].answers
    stands = {"disputed": 0, "first": 0, "second": 0, "another": 0}
    for cell, (decision, _) in twice.resolved.items():
        answer = numbers_alike(decision.split())
        if decision == codings.DISPUTED:
            stands["disputed"] += 1
        elif answer == numbers_alike(first.get(cell, ())):
            stands["first"] += 1
        else:
            same = answer == numbers_alike(second.get(cell, ()))
            stands["second" if same else "another"] += 1
    said = (
        f"Of the {len(twice.resolved)} differences the first answer stands in {stands['first']}, "
        f"the second in {stands['second']}, another in {stands['another']}, and "
        f"{stands['disputed']} stay disputed"
    )
    assert said in " ".join((ROOT / "data/codebook.md").read_text("utf-8").split())
