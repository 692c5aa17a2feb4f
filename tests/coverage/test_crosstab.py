"""Cross-tabs: the three kinds of empty, and deployments that ask for a benchmark."""

from service.coverage.crosstab import CrosstabCell, crosstab, unmatched
from service.fit.claims import BenchmarkClaims, Claim, CodedValue, DeploymentClaims
from service.ontology.schemes import Scheme, SchemeValue

TURNS = Scheme("turns", {c: SchemeValue(c, c.title()) for c in ("one", "many", "years")}, "Turns")
PEOPLE = (
    SchemeValue("users", "Users"),
    SchemeValue("experts", "Experts"),
    SchemeValue("patients", "Patients", "users"),
)
WHO = Scheme("who", {value.code: value for value in PEOPLE}, "Who writes")
AXES = (TURNS, WHO)


def claims(**stated: str) -> tuple[Claim, ...]:
    return tuple(Claim(d, tuple(map(CodedValue, codes.split()))) for d, codes in stated.items())


BENCHMARKS = [
    BenchmarkClaims("exam", claims=claims(turns="one", who="experts")),
    BenchmarkClaims("chat", claims=claims(turns="many")),
    BenchmarkClaims("empty"),
]
CLINIC = DeploymentClaims(
    "clinic", "People in a clinic", claims=claims(turns="one", who="patients")
)


def cells(benchmarks: list[BenchmarkClaims]) -> dict[tuple[str, ...], CrosstabCell]:
    return {c.combination: c for c in crosstab(AXES, benchmarks, [CLINIC])}


def test_three_kinds_of_empty_are_told_apart() -> None:
    found = cells(BENCHMARKS)
    assert found["one", "experts"].benchmarks == ("exam",)
    assert found["one", "experts"].empty is None
    assert found["one", "patients"].empty == "no-benchmark"
    assert found["one", "patients"].deployments == ("clinic",)
    assert (found["many", "patients"].empty, found["many", "patients"].unanswered) == (
        "not-stated", ("chat",),
    )  # fmt: skip
    assert found["years", "experts"].empty == "value-never-used"
    assert len(found) == 9


def test_a_narrower_value_lies_in_the_broader_one_and_not_the_reverse() -> None:
    found = cells([BenchmarkClaims("x", claims=claims(turns="one", who="users"))])
    assert found["one", "users"].deployments == ("clinic",)
    assert found["one", "users"].benchmarks == ("x",)
    assert found["one", "patients"].benchmarks == ()


def test_a_value_used_outside_the_filter_is_used() -> None:
    elsewhere = DeploymentClaims("far", claims=claims(turns="years"))
    found = crosstab(AXES, BENCHMARKS, [CLINIC], [elsewhere])
    assert {c.combination: c.empty for c in found}["years", "experts"] == "no-benchmark"


def test_a_deployment_without_a_match_asks_for_a_benchmark() -> None:
    (needed,) = unmatched(
        AXES, BENCHMARKS, [CLINIC, DeploymentClaims("silent", "Nothing is stated")]
    )
    assert needed.deployment == "clinic"
    assert needed.text == (
        "A benchmark is needed that has turns “One”; who writes “Patients” "
        "(as in: People in a clinic)."
    )


def test_what_a_deployment_leaves_unstated_asks_for_nothing() -> None:
    half = DeploymentClaims("half", "Half told", claims=claims(turns="many"))
    assert unmatched(AXES, BENCHMARKS, [half]) == []
    (needed,) = unmatched(AXES, BENCHMARKS[:1], [half])
    assert needed.unstated == ("who",)


def test_cards_in_dispute_match_nothing() -> None:
    disputed = BenchmarkClaims("x", claims=(*claims(turns="one"), *claims(turns="many")))
    (needed,) = unmatched((TURNS,), [disputed], [CLINIC])
    assert needed.deployment == "clinic"
