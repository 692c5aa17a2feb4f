"""Pooled evidence: only what may be pooled, with known answers, and standard errors by name."""

from dataclasses import replace
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.evidence.copies import marked
from service.evidence.figures import Arm, Figure, FigureInterval, clusters, standard_error
from service.evidence.log_odds import log_odds
from service.evidence.pooling import StudyEffect
from service.evidence.random_effects import summarise
from service.evidence.relevance import evidence
from service.fit.claims import DeploymentClaims
from service.ontology.schemes import MetricClass

untimed = settings(deadline=None)
HERE = frozenset({"healthcare"})
PLACE = DeploymentClaims("here", domains=HERE)
ACCURACY = MetricClass("accuracy", "Accuracy", share_of_items=True, within_whole=True)
OVERLAP = MetricClass("text-overlap", "Overlap", within_whole=True)
EDITS = MetricClass("edit-rate", "Edits")


def figure(
    name: str, value: float | None = 10.0, error: float | None = 1.0, **more: object
) -> Figure:
    """Return a figure of its own study, with an interval of this standard error."""
    half = 1.959963984540054 * (error or 0)
    bounds = (
        (FigureInterval(value - half, value + half, 0.95, "normal"),) if value and error else ()
    )
    plain = Figure(
        name, "whole-gap", frozenset({"d"}), frozenset({"d"}), value, "percentage-point",
        "absolute-difference", "full-text", intervals=bounds, domains=HERE,
        studies=frozenset({f"study-{name}"}), classes=frozenset({ACCURACY}),
        directions=frozenset({True}),
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


def test_the_summary_of_equal_errors_has_its_closed_form() -> None:
    """Equal variances: tau² = s² - v, Hartung-Knapp s²/k (Paule and Mandel 1982)."""
    found = summarise([StudyEffect(str(v), v, 1.0) for v in (10.0, 15.0, 20.0, 25.0, 30.0)])
    assert found.mean == pytest.approx(20)
    assert found.tau == pytest.approx(61.5**0.5, rel=1e-4)
    assert found.upper - found.mean == pytest.approx(2.776445 * 12.5**0.5, rel=1e-4)
    assert found.prediction_upper == pytest.approx(20 + 3.182446 * (61.5 + 12.5) ** 0.5, rel=1e-4)
    assert found.q == pytest.approx(250)
    assert found.i_squared == pytest.approx(1 - 4 / 250)


def test_agreement_by_chance_does_not_narrow_the_interval() -> None:
    found = summarise([StudyEffect(str(i), 10.0, 1.0) for i in range(3)])
    assert found.upper - found.mean == pytest.approx(4.302653 / 3**0.5, rel=1e-4)
    assert (found.tau, found.i_squared) == (0, 0)


effects = st.lists(
    st.builds(StudyEffect, st.text(max_size=3), st.floats(-80, 80), st.floats(0.1, 20)),
    min_size=5,
    max_size=12,
)


@untimed
@given(effects)
def test_one_more_study_is_never_surer_than_the_mean(some: list[StudyEffect]) -> None:
    found = summarise(some)
    ends = (found.prediction_lower, found.lower, found.mean, found.upper, found.prediction_upper)
    assert list(ends) == sorted(e for e in ends if e is not None)
    assert 0 <= found.i_squared <= 1


def test_two_studies_are_listed_and_not_summed_up() -> None:
    found = evidence("d", frozenset(), [figure("a"), figure("b")], PLACE)
    (pool,) = found.pools
    assert (pool.k, pool.summary, pool.why_none) == (2, None, "2 of at least 3 comparable studies")
    assert len(found.same_domain) == 2
    assert "not a forecast" in found.sentence


def test_relative_and_absolute_gaps_and_units_are_never_pooled() -> None:
    same = [figure("a"), figure("b"), figure("c")]
    other = [figure("r", kind="relative-change", unit="percent"), figure("f", unit="fraction")]
    found = evidence("d", frozenset(), [*same, *other], PLACE)
    by_unit = {p.unit: p for p in found.pools}
    assert by_unit["percentage-point"].k == 3
    assert by_unit["percentage-point"].summary
    assert by_unit["fraction"].k == 1
    assert "percent" not in by_unit
    reasons = {i.figure.gap: i.left_out for i in found.same_domain}
    assert reasons["r"] == "relative-change, and only absolute differences are pooled"


@pytest.mark.parametrize(
    "change",
    [
        {"dimensions": frozenset({"d", "e"})},
        {"changed": frozenset({"d", "e"})},
        {"dimensions": frozenset({"above"}), "changed": frozenset({"d"})},
    ],
)
def test_confounded_figures_stand_apart(change: dict[str, frozenset[str]]) -> None:
    found = evidence("d", frozenset({"above"}), [figure("a", **change)], PLACE)  # type: ignore[arg-type]
    assert [i.figure.gap for i in found.confounded] == ["a"]
    assert (found.same_domain, found.elsewhere, found.pools) == ((), (), ())


def test_the_same_domain_stands_first_and_is_pooled_alone_too() -> None:
    near = [figure(n) for n in "abc"]
    far = [figure("z", value=50.0, domains=frozenset({"law"}))]
    found = evidence("d", frozenset(), [*far, *near], PLACE)
    assert [i.figure.gap for i in found.same_domain] == ["a", "b", "c"]
    assert [i.figure.gap for i in found.elsewhere] == ["z"]
    assert {p.scope: p.k for p in found.pools} == {"same-domain": 3, "any-domain": 4}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"deployment": "here"}, "for this deployment itself"),
        ({"status": "disputed"}, "disputed"),
        ({"unit": "score-point"}, "scales of different scores"),
    ],
)
def test_what_is_no_other_case_or_not_settled_is_listed_and_not_summed_up(
    change: dict[str, str], words: str
) -> None:
    others = [figure("a"), figure("b")]
    odd = figure("c", **change)  # type: ignore[arg-type]
    found = evidence("d", frozenset(), [*others, odd], PLACE)
    (pool,) = found.pools
    assert (pool.k, pool.summary) == (2, None)
    (listed,) = [i for i in found.same_domain if i.figure.gap == "c"]
    assert words in (listed.left_out or "")
    assert listed.here == ("deployment" in change)


def test_figures_of_one_study_count_once() -> None:
    study = frozenset({"s"})
    same = [figure("a", value=10.0, studies=study), figure("b", value=20.0, studies=study)]
    (pool,) = evidence("d", frozenset(), same, PLACE).pools
    (effect,) = pool.studies
    assert (effect.effect, effect.figures) == (15, 2)
    assert effect.error == pytest.approx(1)


def test_figures_in_conflict_count_once_and_the_better_verified_one_is_taken() -> None:
    seen = figure("a", value=10.0)
    told = figure("b", value=20.0, verification="secondary", conflicts=frozenset({"a"}))
    (pool,) = evidence("d", frozenset(), [seen, told], PLACE).pools
    assert [e.effect for e in pool.studies] == [10]


@untimed
@given(st.permutations([figure("a", conflicts=frozenset({"c"})), figure("b"), figure("c"),
                        figure("d", studies=frozenset({"study-b", "study-c"}))]))  # fmt: skip
def test_groups_do_not_depend_on_order(some: list[Figure]) -> None:
    assert sorted(sorted(f.gap for f in g) for g in clusters(some)) == [["a", "b", "c", "d"]]


def test_a_variance_is_never_invented() -> None:
    bare = figure("a", error=None, before=Arm(300), after=Arm(300))
    found = standard_error(bare)
    assert found.value is None
    assert found.method == "no interval, no counts of events and no flows are recorded"
    listed = evidence("d", frozenset(), [bare], PLACE).same_domain[0]
    assert listed.left_out == f"no standard error: {found.method}"


def test_counts_of_events_give_the_error_of_two_proportions() -> None:
    counted = figure("a", error=None, before=Arm(100, 50), after=Arm(100, 20))
    found = standard_error(counted)
    assert found.method == "two-proportions"
    assert found.value == pytest.approx(100 * (0.25 / 100 + 0.16 / 100) ** 0.5)
    full = replace(counted, before=Arm(100, 100))
    assert standard_error(full).value is None


def test_flows_give_the_error_of_paired_proportions() -> None:
    paired = figure("a", error=None, losses=215, gains=34, before=Arm(600), after=Arm(600))
    found = standard_error(paired)
    assert found.method == "paired-flows"
    assert found.value == pytest.approx(100 * (249 - 181**2 / 600) ** 0.5 / 600)


def test_the_widest_interval_is_taken() -> None:
    two = figure(
        "a",
        intervals=(
            FigureInterval(8, 12, 0.95, "x", "item"),
            FigureInterval(5, 15, 0.95, "x", "site"),
        ),
    )
    found = standard_error(two)
    assert found.value == pytest.approx(5 / 1.959964, rel=1e-6)
    assert "site" in found.method


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"intervals": (FigureInterval(9.9, 20, 0.95, "x"),)}, "asymmetric"),
        ({"kind": "odds-ratio"}, "not on a scale on which errors add up"),
        ({"value": None, "intervals": (FigureInterval(9, 11, 0.95, "x"),)}, "no value"),
    ],
)
def test_an_interval_that_tells_no_error_is_left_out(change: dict[str, object], words: str) -> None:
    found = standard_error(figure("a", **change))  # type: ignore[arg-type]
    assert found.value is None
    assert words in found.method


@pytest.mark.parametrize("qualifier", ["upper-bound", "lower-bound", "extreme"])
def test_bounds_and_extremes_are_not_summed_up(qualifier: str) -> None:
    found = evidence("d", frozenset(), [figure(n, qualifier=qualifier) for n in "abc"], PLACE)
    assert found.pools == ()


def test_the_summary_is_that_of_metafor() -> None:
    """Thirteen trials of BCG vaccine, log risk ratios: metafor's PM estimate (dat.bcg)."""
    trials = [
        (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619),
        (33, 5036, 47, 5761), (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892),
        (29, 7470, 45, 7232), (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338),
        (27, 16886, 29, 17825),
    ]  # fmt: skip
    found = summarise([log_risk_ratio(*trial) for trial in trials])
    assert found.mean == pytest.approx(-0.714968, abs=1e-6)
    assert found.tau**2 == pytest.approx(0.318068, abs=1e-6)


def log_risk_ratio(a: int, b: int, c: int, d: int) -> StudyEffect:
    variance = 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    return StudyEffect(str(a), log(a * (c + d) / (c * (a + b))), variance**0.5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"classes": frozenset({None})}, "the class of its metric is not stated"),
        ({"classes": frozenset({ACCURACY, OVERLAP})}, "Accuracy and Overlap"),
        ({"directions": frozenset({None})}, "whether a higher score is better is not stated"),
        ({"directions": frozenset({True, False})}, "whether a higher score is better"),
        ({"studies": frozenset()}, "no study is named"),
        ({"verification": "self-reported"}, "self-reported: nobody else has checked them"),
    ],
)
def test_what_is_not_known_to_be_alike_is_listed_with_the_reason(
    change: dict[str, object], words: str
) -> None:
    found = evidence("d", frozenset(), [figure("a", **change)], PLACE)  # type: ignore[arg-type]
    (listed,) = found.same_domain
    assert words in (listed.left_out or "")
    assert found.pools == ()


def test_a_class_without_bounds_is_not_cut() -> None:
    wide = [
        figure(n, value=v, classes=frozenset({EDITS})) for n, v in (("a", 9), ("b", 50), ("c", 90))
    ]
    (pool,) = evidence("d", frozenset(), wide, PLACE).pools
    assert pool.summary
    assert pool.summary.upper > 100
    assert pool.summary.cut is None


def counted(events: int, n: int = 100) -> Arm:
    return Arm(n, events, 100 * events / n, "percent", 0.1, "right", "trial", items=True)


def test_log_odds_have_their_closed_form_and_count_fewer_where_scores_go_together() -> None:
    """Log odds 9 and 4, variance 1/90 + 1/10 + 1/80 + 1/20 (Woolf 1955)."""
    plain = figure("a", error=None, before=counted(90), after=counted(80))
    found = log_odds(plain)
    assert found.value == pytest.approx(0.8109302)
    assert found.error == pytest.approx(0.4166667)
    turned = log_odds(replace(plain, directions=frozenset({False})))
    assert turned.value == pytest.approx(-0.8109302)
    wide = log_odds(figure("a", error=10.0, before=counted(90), after=counted(80)))
    assert wide.error == pytest.approx(0.4166667 * 2)
    assert "counts reduced to 25 %" in wide.method
    assert log_odds(figure("a", before=counted(100), after=counted(80))).value is None
    assert log_odds(figure("a")).method == "its scores and n give no counts"


def test_a_score_and_n_count_only_where_the_score_is_a_share_of_n() -> None:
    scored = [replace(counted(e), events=None) for e in (90, 80)]
    known = figure("a", error=None, before=scored[0], after=scored[1])
    assert standard_error(known).method == "two-proportions (score and n)"
    other = [replace(arm, items=False) for arm in scored]
    assert standard_error(replace(known, before=other[0], after=other[1])).value is None


def test_a_rounded_copy_is_a_copy_and_another_condition_is_none() -> None:
    one = figure("a", 18.67, before=counted(497, 600), after=counted(385, 600), step=0.01)
    told = replace(
        figure("b", 19.0, verification="secondary", step=1.0),
        before=Arm(value=83, unit="percent", step=1, metric="right", study="trial"),
        after=Arm(value=64, unit="percent", step=1, metric="right", study="trial"),
    )
    found = marked([told, one], {})
    assert [f.copies for f in found] == [("a",), ("b",)]
    apart = replace(one, gap="c", before=replace(one.before, under=frozenset({"e/x"})))
    here = replace(one, before=replace(one.before, under=frozenset({"e/y"})))
    assert [f.copies for f in marked([apart, here], {})] == [(), ()]
