"""Scores of items, losses with their errors, lost runs, figures that a harness reports."""

import json
from dataclasses import replace

import numpy as np
import pytest

from loaders.logs import LoggedScore, ReportedFigure
from service.common.problems import BadRequest
from service.measurement.describe import describe
from service.measurement.describe import document as description
from service.measurement.measure import measure
from service.measurement.request import RungLog, options_of, repetition
from service.measurement.result import GapMeasurement, document
from service.measurement.written import registry
from tests.measurement.made import run, sample, samples
from tests.measurement.test_pairing import measured, said

BEFORE = samples([[1, 1], [1, 0], [1, 1], [0, 0]])
AFTER = samples([[1, 0], [0, 0], [0, 0], [0, 0]], input="other")


def two(before: object, after: object, **options: object) -> GapMeasurement:
    """Return the gap between two logs of these samples."""
    logs = RungLog(run("a", before)), RungLog(run("b", after))  # type: ignore[arg-type]
    return measured(*logs, **options)


@pytest.mark.parametrize(
    ("rule", "before", "after"), [("mean", 62.5, 12.5), ("every", 50, 0), ("best", 75, 25)]
)
def test_epochs_of_an_item_become_one_score(rule: str, before: float, after: float) -> None:
    found = two(BEFORE, AFTER, epochs=rule)
    assert [r.value for r in found.rungs] == [before, after]
    assert found.total.loss == before - after


def test_where_lower_is_better_every_takes_the_greatest() -> None:
    found = two(BEFORE, AFTER, epochs="every", higher_is_better=False)
    assert [r.value for r in found.rungs] == [75, 25]
    assert (found.total.loss, found.total.worse, found.total.better) == (-50, 0, 2)


def test_a_log_says_itself_that_lower_is_better() -> None:
    low = (LoggedScore("match", higher_is_better=False),)
    logs = [RungLog(run(n, r, scores=low)) for n, r in (("a", BEFORE), ("b", AFTER))]
    assert measured(*logs).total.loss == -50
    assert "differ on whether higher scores are better" in said(*logs, higher_is_better=True)


def test_standard_errors_are_those_of_textbooks() -> None:
    found = two(BEFORE, AFTER).total
    assert found.paired_stderr
    loss = np.array([50, 50, 100, 0])
    ends = 100 * np.array([[1, 0.5, 1, 0], [0.5, 0, 0, 0]])
    assert found.paired_stderr == pytest.approx(loss.std(ddof=1) / 2)
    assert found.unpaired_stderr == pytest.approx(np.hypot(*ends.std(axis=1, ddof=1)) / 2)
    t = next(i for i in found.intervals if i.method == "jackknife-t")
    assert t.lower == pytest.approx(50 - 3.182446305284263 * found.paired_stderr)
    assert found.smallest_seen == pytest.approx(2.8 * found.paired_stderr)
    assert (found.worse, found.better, found.same) == (3, 0, 1)
    assert found.judged.interval == t
    assert "widest" in found.judged.why


def clustered(count: int) -> GapMeasurement:
    """Return a gap of 60 items in so many clusters, some of which lose more than others."""
    rng = np.random.default_rng(1)

    def rows(rate: float) -> list[object]:
        return [
            sample(
                str(i), float(rng.random() < rate), input=str(rate), fields={"t": str(i % count)}
            )
            for i in range(60)
        ]

    return two(rows(0.9), rows(0.5), cluster="t")


def test_enough_clusters_decide_and_few_do_not() -> None:
    many, few = clustered(12), clustered(4)
    chosen = many.total.judged.interval
    assert chosen
    assert (chosen.unit, chosen.method, chosen.clusters) == ("cluster", "jackknife-t", 12)
    widest = max(few.total.intervals, key=lambda i: i.upper - i.lower)
    assert few.total.judged.interval == widest
    assert "4 clusters are too few to decide by (11 or more)" in few.total.judged.why


def test_clusters_of_one_item_each_are_items() -> None:
    each = clustered(60)
    assert each.total.judged.why == "The widest of those over items, taken as independent."
    assert each.total.judged.interval
    assert each.total.judged.interval.caution is None
    # within each of 12 clusters one item is worse and another one better
    rows = [sample(str(i), float(i % 2), input="x", fields={"t": str(i // 2)}) for i in range(24)]
    other = [row._replace(values={"match": 1 - float(row.values["match"] or 0)}) for row in rows]
    level = two(rows, other, cluster="t").total.judged
    assert level.why == "The widest of those over items: over clusters no interval has any width."


def test_wilson_only_for_one_epoch_of_0_and_1() -> None:
    once = two(samples([[1], [1], [0]]), samples([[1], [0], [0]], input="other"))
    assert [i.method for i in once.rungs[0].intervals] == ["wilson"]
    assert {i.method for i in once.total.intervals} == {
        "agresti-min", "bootstrap-percentile", "jackknife-t",
    }  # fmt: skip
    several = two(BEFORE, AFTER)
    assert "wilson" not in {i.method for i in several.rungs[0].intervals}
    assert several.decomposition.scores[0].events is None


LOST = [
    *samples([[1, 1], [0, 1]]),
    sample("c", None, 1, why="error"), sample("c", None, 2, why="error"),
    sample("d", 0, 1), sample("d", None, 2, why="error"),
]  # fmt: skip


def test_lost_runs_are_dropped_or_wrong_and_the_bounds_are_always_given() -> None:
    after = samples([[0, 0]] * 4, input="other")
    dropped = two(LOST, after)
    assert (dropped.rungs[0].errors, dropped.pairing.items, dropped.pairing.without_score) == (
        3,
        3,
        1,
    )
    assert dropped.total.loss == pytest.approx(50)
    wrong = two(LOST, after, errors="wrong")
    assert wrong.total.loss == pytest.approx(37.5)
    for found in (dropped, wrong):
        assert found.missing
        assert found.missing.drop == pytest.approx(50)
        assert found.missing.wrong == pytest.approx(37.5)
        assert found.missing.as_others == pytest.approx(62.5)
        assert (found.missing.share_before, found.missing.share_after) == (0.375, 0)
    assert dropped.missing
    assert dropped.missing.unequal
    assert wrong.missing
    assert not wrong.missing.unequal
    assert any("lost runs differ" in w for w in dropped.warnings)
    assert "a: 3 runs ended with an error" in said(
        RungLog(run("a", LOST)), RungLog(run("b", after)), errors="refuse"
    )


def test_where_every_run_of_a_log_is_lost_the_loss_without_them_is_unknown() -> None:
    lost = [sample(i, None, why="error") for i in "ab"]
    found = two(samples([[1], [1]]), lost, errors="wrong")
    assert found.missing
    assert (found.missing.drop, found.missing.wrong) == (None, 100)
    assert any("The loss is unknown without lost runs, 100.00 with" in w for w in found.warnings)
    json.dumps(document(found), allow_nan=False)
    described = describe(RungLog(run("b", lost, reported=FIGURES)), options_of({}), ())
    json.dumps(description(described), allow_nan=False)


def test_what_was_not_scored_is_never_wrong() -> None:
    before = [*samples([[1], [1]]), sample("c", None)]
    found = two(before, samples([[1], [0], [0]], input="other"), errors="wrong")
    assert (found.rungs[0].unscored, found.pairing.items, found.total.loss) == (1, 2, 50)
    assert found.missing
    assert found.missing.wrong == pytest.approx(100 / 3)


def test_limits_and_refusals_are_counted() -> None:
    before = samples([[1], [1]], limit="time")
    found = two(before, samples([[1], [0]], input="other", refused=True))
    assert [(r.limited, r.refused) for r in found.rungs] == [(2, 0), (0, 2)]
    assert any("Runs ended by a limit differ: a 2, b 0" in w for w in found.warnings)


FIGURES = (
    ReportedFigure("match", "accuracy", 0.625),
    ReportedFigure("match", "stderr", 0.2),
    ReportedFigure("match", "stderr", 0.1, cluster="t"),
    ReportedFigure("other", "accuracy", 0.1),
)


def test_reported_figures_have_ours_beside_them() -> None:
    logs = RungLog(run("a", BEFORE, reported=FIGURES)), RungLog(run("b", AFTER))
    found = measured(*logs)
    reported = found.rungs[0].reported
    assert [r.metric for r in reported] == ["accuracy", "stderr", "stderr"]
    assert [r.ours and round(r.ours, 4) for r in reported] == [0.625, 0.2394, None]
    assert reported[1].ratio == pytest.approx(1.19678, abs=1e-4)
    assert any("reports stderr 0.2; over items ours is 0.239357" in w for w in found.warnings)
    best = measured(*logs, epochs="best")
    assert not any("reports" in w for w in best.warnings), "a harness reports means"


def test_one_log_is_read_as_mean_every_and_best_of_its_epochs() -> None:
    log = RungLog(run("a", BEFORE))
    found = measured(*repetition(log))
    assert [(r.name, r.value) for r in found.rungs] == [("mean", 62.5), ("every", 50), ("best", 75)]
    assert found.repetition
    assert [s.claim.dimensions for s in found.steps] == [("repetition",)] * 2
    assert "The epochs of an item count as mean, then as every." in found.steps[0].claim.sentences
    assert not any("under adds" in w or "nothing differs" in w for w in found.warnings)
    assert not found.record.may
    with pytest.raises(BadRequest, match="has one epoch for each item"):
        repetition(RungLog(run("a", samples([[1]]))))


def test_means_over_epochs_have_no_epochs_to_choose() -> None:
    logs = RungLog(run("a", BEFORE[::2], already_reduced=True)), RungLog(run("b", AFTER))
    assert "a.eval has means over epochs" in said(*logs, epochs="best")
    assert any("how these differ is not known" in w for w in measured(*logs).warnings)


def test_the_order_of_logs_rows_does_not_matter() -> None:
    assert document(two(BEFORE, AFTER)) == document(two(BEFORE[::-1], AFTER[::-1]))


def test_rows_go_back_into_decompose() -> None:
    logs = [RungLog(run("a", BEFORE)), RungLog(run("b", AFTER))]
    found = measure(logs, options_of({"resamples": 10, "adds": {"b": "language"}}))
    assert registry.written(found, "csv").splitlines()[:3] == [
        "rung,item,changed,score", "a,a,,1.0", "a,b,,0.5",
    ]  # fmt: skip


def test_text_and_json_say_the_same() -> None:
    found = two(BEFORE, AFTER, adds={"b": "information-completeness"})
    text = registry.written(found, "text")
    step = "information-completeness   loss 50.00   95 % -14.96 to 100.00"
    assert f"{step} (cluster jackknife t over items)" in text
    made = document(replace(found, warnings=()))
    assert made["steps"][0]["loss"] == 50
    assert made["pairing"]["same_input"] == [0]
    assert "table" not in made
