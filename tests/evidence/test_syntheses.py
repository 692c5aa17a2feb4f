"""Syntheses by the written protocol, on frozen figures: what enters, what stands for a study."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from service.evidence.copies import marked
from service.evidence.figures import Arm, Figure, FigureInterval
from service.evidence.prediction import LEAST, model_gates, observations, prediction_gates
from service.evidence.syntheses import GATES, Synthesis, of_dimension
from service.ontology.schemes import MetricClass

D = "interaction-type"
ACCURACY = MetricClass("accuracy", "Accuracy", share_of_items=True, within_whole=True)
ERRORS = MetricClass("error-rate", "Error rate", share_of_items=True, within_whole=True)


def figure(name: str, value: float = 10.0, error: float = 2.0, **more: Any) -> Figure:
    """Return a figure of its own study and of one system, with an interval of this error."""
    half = 1.959963984540054 * error
    study, metric = more.pop("study", f"study-{name}"), more.pop("metric", "right")
    first, n = more.pop("first", 80.0), more.pop("n", 200)
    up = more.pop("up", True)
    last = first - value if up else first + value
    before, after = (
        Arm(n=n, value=v, unit="percent", metric=metric, study=study, items=True)
        for v in (first, last)
    )
    plain = Figure(
        name, "whole-gap", frozenset({D}), frozenset({D}), value, "percentage-point",
        "absolute-difference", "full-text", studies=frozenset({study}) if study else frozenset(),
        systems=frozenset({"a-model"}), classes=frozenset({ACCURACY}), directions=frozenset({up}),
        intervals=(FigureInterval(value - half, value + half, 0.95, "normal"),),
        before=before, after=after, domains=frozenset({"healthcare"}),
    )  # fmt: skip
    return replace(plain, **more)


def whole(*figures: Figure) -> Synthesis:
    """Return the one synthesis of all figures."""
    (found,) = (s for s in of_dimension(D, figures).syntheses if s.subgroup is None)
    return found


FOUR = tuple(figure(f"g{v}", v) for v in (5.0, 10.0, 15.0, 20.0))


def test_four_studies_are_summed_up_and_three_are_listed_with_the_gate() -> None:
    found = whole(*FOUR)
    assert found.summary is not None
    assert [found.k, found.summary.mean] == pytest.approx([4, 12.5])
    assert found.summary.prediction_lower is None
    three = of_dimension(D, FOUR[:3])
    assert three.syntheses[0].why_none == "four-studies: 3 of at least 4 studies"
    assert {(x.gate, x.figure.gap) for x in three.left_out} == {
        ("four-studies", f.gap) for f in FOUR[:3]
    }


def test_a_prediction_interval_begins_with_five_studies() -> None:
    summary = whole(*FOUR, figure("g25", 25.0)).summary
    assert summary is not None
    assert summary.prediction_lower is not None


def test_each_study_is_left_out_in_turn() -> None:
    found = whole(*FOUR)
    assert {name: round(s.mean, 6) for name, s in found.without.items()} == {
        "study-g5.0": 15, "study-g10.0": 13.333333, "study-g15.0": 11.666667, "study-g20.0": 10,
    }  # fmt: skip


FAILS: dict[str, Figure] = {
    "alone": figure("x", changed=frozenset({D, "novelty"})),
    "absolute": figure("x", kind="relative-change"),
    "seen": figure("x", verification="secondary"),
    "settled": figure("x", status="disputed"),
    "study": figure("x", study=None),
    "metric": figure("x", classes=frozenset({ACCURACY, ERRORS})),
    "one-system": figure("x", systems=frozenset({"a-model", "another"})),
    "error": figure("x", intervals=(), before=Arm(study="s"), after=Arm(study="s")),
}


@pytest.mark.parametrize("gate", FAILS)
def test_what_fails_a_gate_is_listed_with_it(gate: str) -> None:
    found = of_dimension(D, [*FOUR, FAILS[gate]])
    assert [(x.gate, x.figure.gap) for x in found.left_out] == [(gate, "x")]
    assert found.syntheses[0].k == 4


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"value": None, "intervals": ()}, "no single number"),
        ({"qualifier": "extreme"}, "an extreme"),
        ({"unit": "score-point"}, "scales of different scores"),
        ({"verification": "self-reported"}, "nobody else"),
        ({"directions": frozenset({None})}, "whether a higher score is better"),
        ({"classes": frozenset({None})}, "class of its metric"),
        ({"systems": frozenset()}, "no system is named"),
        ({"several": True}, "stands for several systems"),
    ],
)
def test_the_reason_is_said(more: dict[str, Any], reason: str) -> None:
    (left,) = of_dimension(D, [replace(figure("x"), **more), *FOUR]).left_out
    assert reason in left.reason


def test_every_gate_of_a_figure_has_its_case() -> None:
    others = {"once", "one-a-study", "four-studies"}
    assert set(FAILS) | others == set(GATES)


def test_the_same_figure_in_two_records_is_counted_once() -> None:
    best, copy = (
        replace(figure(n, study="one"), group="b/", copies=("other",)) for n in ("b", "c")
    )
    found = of_dimension(D, [best, copy, *FOUR])
    assert [(x.gate, x.figure.gap) for x in found.left_out] == [("once", "c")]


def in_unit(name: str, of_arm: str, of_gap: str, after: float, whole: float) -> Figure:
    """Return a figure from 80 % to another score, with its numbers in these units."""
    plain = figure(name, study="one")
    first, last = (
        replace(arm, value=share * whole, unit=of_arm, step=whole / 1000)
        for arm, share in ((plain.before, 0.8), (plain.after, after))
    )
    value = (0.8 - after) * whole
    return replace(plain, before=first, after=last, value=value, unit=of_gap, step=whole / 1000)


def test_a_fraction_and_points_of_the_same_number_are_one_figure() -> None:
    points = in_unit("x", "percent", "percentage-point", 0.7, 100)
    same, other = (in_unit("y", "fraction", "fraction", after, 1) for after in (0.7, 0.69))
    assert [f.copies for f in marked([points, same], {})] == [("y",), ("x",)]
    assert [f.copies for f in marked([points, other], {})] == [(), ()]


def of_one_study(*figures: Figure) -> str:
    """Return which of the figures of one study stands for it."""
    (estimate,) = (e for e in whole(*FOUR, *figures).estimates if e.figure.gap.startswith("s-"))
    assert len(estimate.alternatives) == len(figures)
    return estimate.figure.gap


CHOICES: list[tuple[str, list[dict[str, Any]]]] = [
    ("the better verified", [{"verification": "abstract", "first": 99.0}, {"first": 60.0}]),
    (
        "the metric of most systems",
        [{"metric": "a", "n": 900}, {"metric": "b"}, {"metric": "b", "systems": {"other"}}],
    ),
    ("the larger n", [{"n": 100, "first": 99.0}, {"n": 200, "first": 60.0}]),
    ("the best first score", [{"first": 60.0, "value": 30.0}, {"first": 90.0, "value": 1.0}]),
]


@pytest.mark.parametrize(("why", "some"), CHOICES, ids=[why for why, _ in CHOICES])
def test_one_figure_stands_for_a_study(why: str, some: list[dict[str, Any]]) -> None:
    made = []
    for i, more in enumerate(some):
        systems = frozenset(more.pop("systems", {"a-model"}))
        made.append(figure(f"s-{i}", study="one", systems=systems, **more))
    assert of_one_study(*made) == "s-1", why


def test_the_best_first_score_is_the_lowest_where_lower_is_better() -> None:
    lower: dict[str, Any] = {"up": False, "classes": frozenset({ERRORS})}
    others = [figure(f"g{v}", v, first=20.0, **lower) for v in (5.0, 10.0, 15.0)]
    pair = [figure(f"s-{i}", study="one", first=f, **lower) for i, f in enumerate((30.0, 10.0))]
    unknown = figure("s-2", study="one", **lower)
    none = replace(unknown, before=replace(unknown.before, value=None))
    found = whole(*others, *pair, none)
    assert [e.figure.gap for e in found.estimates if e.effect.study == "one"] == ["s-1"]


def test_all_systems_are_averaged_beside() -> None:
    pair = [
        figure("s-0", 10.0, study="one", first=90.0),
        figure("s-1", 30.0, study="one", systems=frozenset({"other"})),
    ]
    found = whole(*FOUR, *pair)
    (one,) = (e for e in found.estimates if e.effect.study == "one")
    assert [one.effect.effect, one.mean.effect, one.mean.error] == pytest.approx([10, 20, 2])
    assert found.all_systems is not None
    assert found.summary is not None
    assert found.all_systems.mean > found.summary.mean
    assert whole(*FOUR).all_systems is None


def test_fractions_and_points_are_one_scale() -> None:
    share = figure("f", 0.10, 0.02, unit="fraction")
    found = whole(*FOUR[1:], share)
    (estimate,) = (e for e in found.estimates if e.figure.gap == "f")
    assert [estimate.effect.effect, estimate.effect.error] == pytest.approx([10, 2])


def test_classes_and_directions_are_apart() -> None:
    other = [figure(f"e{v}", v, classes=frozenset({ERRORS}), up=False) for v in (1.0, 2.0)]
    found = of_dimension(D, [*FOUR, *other])
    assert [(s.metric_class.code, s.k) for s in found.syntheses] == [
        ("accuracy", 4),
        ("error-rate", 2),
    ]


def test_subgroups_are_those_of_the_protocol() -> None:
    law = [figure(f"l{v}", v, domains=frozenset({"law"})) for v in (1.0, 2.0)]
    ask = [figure(f"a{v}", v) for v in (20.0, 30.0)]
    asking = [
        replace(f, after=replace(f.after, under=frozenset({f"{D}/must-elicit"}))) for f in ask
    ]
    found = of_dimension(D, [*FOUR, *law, *asking])
    assert {
        s.subgroup.name: (s.k, s.subgroup.found_afterwards) for s in found.syntheses if s.subgroup
    } == {"healthcare": (6, False), "other-domains": (2, False), "must-elicit": (2, True)}


def test_a_figure_of_a_subgroup_that_is_too_small_is_not_left_out_of_the_whole() -> None:
    law = figure("law", domains=frozenset({"law"}))
    assert of_dimension(D, [*FOUR, law]).left_out == ()


def test_asymmetry_is_looked_at_from_ten_studies() -> None:
    assert "4 of at least 10 studies" in whole(*FOUR).selection.words
    small = [figure(f"s{i}", 5.0 + 4 * i + (-1) ** i, 1.0 + i) for i in range(12)]
    assert whole(*small).selection.words.startswith("Less precise studies lose more (Egger")
    even = [figure(f"s{i}", 10.0 + (-1) ** i, 1.0 + i) for i in range(12)]
    assert whole(*even).selection.words.startswith("No asymmetry was found")
    assert "does not show that nothing is missing" in whole(*even).selection.words


def gates(figures: list[Figure]) -> dict[str, tuple[bool, str]]:
    """Return how the gates of a prediction stand."""
    rows = observations(figures, frozenset({D, "novelty"}))
    return {g.name: (g.open, g.found) for g in prediction_gates(D, rows, model_gates(rows))}


def test_no_prediction_without_studies() -> None:
    found = gates(list(FOUR))
    assert {name: is_open for name, (is_open, _) in found.items()} == dict.fromkeys(found, False)
    assert found["G1"][1] == "4 studies, 4 that change it, 4 alone"
    assert found["G3"][1] == f"not computed: 4 of at least {LEAST} studies"
    assert "0 of 4" in found["G4"][1]


def simulated(effect: Callable[[int], float]) -> list[Figure]:
    """Return 24 studies, every second of which changes another dimension."""
    other = frozenset({"novelty"})
    made = [figure(f"s{i}", effect(i) + (i * 7 % 5 - 2), n=400) for i in range(24)]
    return [f if i % 2 else replace(f, dimensions=other, changed=other) for i, f in enumerate(made)]


def test_knowing_the_dimension_helps_only_where_it_matters() -> None:
    same, apart = gates(simulated(lambda _: 20)), gates(simulated(lambda i: 40.0 if i % 2 else 5.0))
    assert (same["G1"], apart["G1"]) == (
        (True, "24 studies, 12 that change it, 12 alone"),
        (True, "24 studies, 12 that change it, 12 alone"),
    )
    assert not same["G3"][0]
    assert apart["G3"][0]
    assert not apart["G2"][0]  # 24 studies leave coverage too wide a range to judge
    assert not apart["G4"][0]


def test_a_figure_for_a_wider_dimension_is_no_row_of_its_own() -> None:
    wide = figure("w", dimensions=frozenset({"task-assumption"}), study="one")
    assert len(observations([*FOUR, wide], frozenset({D}))) == 4
