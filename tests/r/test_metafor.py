"""The random-effects summary and Egger's regression are those of metafor, on frozen studies."""

import csv
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from service.evidence.pooling import LEAST_TO_PREDICT, StudyEffect
from service.evidence.random_effects import summarise
from service.evidence.selection import egger
from tests.servers import program, without

HERE = Path(__file__).parent
CLOSE = 1e-6
"""How far a number may lie from metafor's, absolute and relative."""


def studies() -> dict[str, list[StudyEffect]]:
    """Return the sets of `studies.csv`."""
    found: defaultdict[str, list[StudyEffect]] = defaultdict(list)
    with (HERE / "studies.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            found[row["set"]].append(
                StudyEffect(str(len(found)), float(row["effect"]), float(row["error"]))
            )
    return found


@pytest.fixture(scope="module")
def metafor() -> dict[str, list[float]]:
    """Return what R says of each set: tau², mean, two intervals, slope and its p value."""
    rscript = program("Rscript", "Rscript", "apt-get install r-base-core")
    there = [rscript, "-e", 'quit(status = !requireNamespace("metafor", quietly = TRUE))']
    if subprocess.run(there, check=False, timeout=60, capture_output=True).returncode:
        without("metafor is not installed (apt-get install r-cran-metafor)")
    done = subprocess.run(
        [rscript, str(HERE / "pooling.R"), str(HERE / "studies.csv")],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    rows = [line.split() for line in done.stdout.splitlines()]
    return {name: [float("nan" if n == "NA" else n) for n in rest] for name, *rest in rows}


@pytest.mark.parametrize("name", studies())
def test_metafor_agrees(name: str, metafor: dict[str, list[float]]) -> None:
    effects = studies()[name]
    tau2, mean, lower, upper, low, high, slope, p = metafor[name]
    found = summarise(effects)
    ours = [found.tau**2, found.mean, found.lower, found.upper]
    assert ours == pytest.approx([tau2, mean, lower, upper], abs=CLOSE, rel=CLOSE)
    predicted = (found.prediction_lower, found.prediction_upper)
    enough = len(effects) >= LEAST_TO_PREDICT
    assert predicted == (
        (pytest.approx(low, abs=CLOSE, rel=CLOSE), pytest.approx(high, abs=CLOSE, rel=CLOSE))
        if enough
        else (None, None)
    )
    selection = egger(effects, least=3)
    if selection.p is None:
        assert len({e.error for e in effects}) == 1
    else:
        assert (selection.slope, selection.p) == pytest.approx((slope, p), abs=CLOSE, rel=CLOSE)
