"""What is coded twice: the sample is as drawn, and disagreements are decided with reasons."""

import json
import random
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
