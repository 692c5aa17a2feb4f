"""The rules of a fit: what follows from values, and what must hold of every ranking."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.fit.claims import (
    BenchmarkClaims,
    Claim,
    CodedValue,
    DeploymentClaims,
    Finding,
    Fit,
    Judgement,
)
from service.fit.comparison import ComparedValue, compare
from service.fit.rules import counts, find, fit, ranked
from service.fit.whatif import difference, moves, supposed, unjudged
from service.ontology import graphs, scheme_queries
from service.ontology.schemes import Scheme, SchemeValue
from service.store.oxigraph.store import open_store

untimed = settings(deadline=None)
Item = TypeVar("Item")
VERDICTS = ("holds", "partially-holds", "violated", "unknown", "disputed", "not-applicable")
SCALE = Scheme(
    "scale",
    {c: SchemeValue(c, rank=r) for c, r in (("low", 1), ("mid", 2), ("high", 3), ("aside", None))},
    higher_asks_more=True,
)
PLAIN = Scheme("plain", {c: SchemeValue(c, rank=r) for c, r in (("low", 1), ("high", 2))})
TREE = Scheme(
    "tree",
    {c: SchemeValue(c, broader=b)
     for c, b in (("users", None), ("given", "users"), ("own", "users"), ("experts", None))},
)  # fmt: skip
LOOSE = Scheme("loose", {"a": SchemeValue("a"), "b": SchemeValue("b")}, may_coexist=True)


def part(name: str, *values: SchemeValue, asks: bool = False, compared: bool = True) -> Scheme:
    known = {v.code: v for v in values}
    return Scheme("parted", known, higher_asks_more=asks, part=name, compared=compared)


WHO = part(
    "who",
    SchemeValue("expert"),
    SchemeValue("layperson"),
    SchemeValue("nobody", leaves_nothing=True),
)
HOW = part("how", SchemeValue("asked"), SchemeValue("natural"), SchemeValue("copied"))
TURNS = part(
    "turns", SchemeValue("one", rank=1, entails=frozenset({"told"})), SchemeValue("many", rank=2),
    asks=True,
)  # fmt: skip
ASKING = part("asking", SchemeValue("told", rank=1), SchemeValue("must-ask", rank=2), asks=True)
SCORER = part("scorer", SchemeValue("program"), SchemeValue("people"), compared=False)
OLD = (
    SchemeValue("expert-written", old=True, same=frozenset({"expert", "copied"})),
    SchemeValue("users", old=True, may_mean=frozenset({"asked", "natural"})),
    SchemeValue("odd", old=True),
)
PARTS = (WHO, HOW, TURNS, ASKING, SCORER)
PARTED = Scheme(
    "parted", {v.code: v for p in PARTS for v in p.values.values()} | {v.code: v for v in OLD},
    parts=PARTS,
)  # fmt: skip
SCHEMES = {s.dimension: s for s in (SCALE, PLAIN, TREE, LOOSE, PARTED)}
RELEVANT = tuple(SCHEMES)


@pytest.mark.parametrize(
    ("scheme", "assumed", "deployed", "verdict", "rule"),
    [
        (TREE, "own", "own", "holds", "same-value"),
        (TREE, "users", "users", "holds", "same-value"),
        (TREE, "users", "own", "unknown", "broader-assumed"),
        (TREE, "users*", "own", "holds", "every-kind-assumed"),
        (TREE, "users", "own given", "unknown", "broader-assumed"),
        (TREE, "users", "own experts", "violated", "different-value"),
        (TREE, "own given", "users", "partially-holds", "narrower-assumed"),
        (TREE, "own users", "own", "partially-holds", "one-value-of-several"),
        (TREE, "own experts", "own", "partially-holds", "one-value-of-several"),
        (TREE, "own experts given", "own experts", "partially-holds", "one-value-of-several"),
        (TREE, "own experts", "own experts", "holds", "same-value"),
        (TREE, "own experts", "own given", "partially-holds", "some-values-covered"),
        (TREE, "own:0.9 experts:0.1", "own", "holds", "nearly-all-match"),
        (TREE, "own:0.6 given:0.3 experts:0.1", "own given", "holds", "nearly-all-match"),
        (TREE, "own:0.89 experts:0.11", "own", "partially-holds", "some-match"),
        (TREE, "own:0.1 experts:0.9", "own", "partially-holds", "some-match"),
        (TREE, "own:0.02 experts:0.98", "own", "violated", "few-match"),
        (TREE, "own:0.02 experts", "own", "violated", "few-match"),
        (TREE, "own experts:0.02", "own", "holds", "nearly-all-match"),
        (TREE, "own experts:0.5 given", "own", "partially-holds", "some-match"),
        (TREE, "own:0.3", "own", "partially-holds", "some-match"),
        (TREE, "own:0.05", "own", "violated", "few-match"),
        (TREE, "own:0.05", "users", "violated", "few-match"),
        (TREE, "own:0.5", "users", "partially-holds", "narrower-assumed"),
        (TREE, "own", "own:0.95 experts:0.05", "holds", "nearly-all-match"),
        (TREE, "own", "own:0.5 experts:0.5", "partially-holds", "some-match"),
        (TREE, "own", "own:0.05 experts:0.95", "violated", "few-match"),
        (TREE, "own:0.98 experts:0.02", "own experts", "partially-holds", "some-values-covered"),
        (TREE, "own:0.5 experts:0.5", "own experts", "holds", "nearly-all-match"),
        (TREE, "own users:0.05", "given", "violated", "few-match"),
        (TREE, "own", "users", "partially-holds", "narrower-assumed"),
        (TREE, "given", "own", "violated", "different-value"),
        (SCALE, "high", "low", "partially-holds", "asks-more"),
        (SCALE, "low", "high", "violated", "asks-less"),
        (SCALE, "low", "aside", "unknown", "outside-the-scale"),
        (SCALE, "low high", "high", "partially-holds", "one-value-of-several"),
        (SCALE, "low high", "low high", "holds", "same-value"),
        (SCALE, "mid", "mid high", "partially-holds", "some-values-covered"),
        (SCALE, "mid", "mid aside", "unknown", "some-values-untold"),
        (SCALE, "low", "high aside", "violated", "asks-less"),
        (PLAIN, "high", "low", "violated", "different-value"),
        (PLAIN, "low", "high", "violated", "different-value"),
        (LOOSE, "a", "b", "unknown", "values-may-coexist"),
    ],
)
def test_what_one_value_says_of_another(
    scheme: Scheme, assumed: str, deployed: str, verdict: str, rule: str
) -> None:
    found = compare(scheme, valued(assumed), valued(deployed))
    assert (found.verdict, found.rule) == (verdict, rule)


def valued(words: str) -> list[ComparedValue]:
    """Return values as they are written in tables: `own`, `own:0.98`, `users*` for every kind."""
    found = []
    for word in words.split():
        code, _, share = word.partition(":")
        share_of = float(share) if share else None
        found.append(ComparedValue(code.rstrip("*"), share_of, code.endswith("*")))
    return found


def claim(dimension: str, *codes: str, **more: str) -> Claim:
    return Claim(dimension, tuple(map(CodedValue, codes)), **more)  # type: ignore[arg-type]


def one(
    benchmark: BenchmarkClaims, deployment: DeploymentClaims, dimension: str
) -> tuple[str, str, str]:
    (found,) = fit(SCHEMES, [benchmark], deployment, [dimension])
    finding = found.findings[0]
    return finding.verdict, finding.how, finding.rule


PLACE = DeploymentClaims("here", claims=(claim("scale", "high"), claim("tree", "own")))


def test_cards_that_lead_to_different_verdicts_are_disputed() -> None:
    cards = BenchmarkClaims("b", claims=(claim("scale", "low", author="x"), claim("scale", "high")))
    assert one(cards, PLACE, "scale") == ("disputed", "derived", "sources-disagree")


def test_a_silent_card_disputes_nothing() -> None:
    cards = BenchmarkClaims(
        "b", claims=(claim("scale", status="not-stated"), claim("scale", "high"))
    )
    assert one(cards, PLACE, "scale")[0] == "holds"


def test_a_hint_is_no_answer() -> None:
    hinted = Claim("scale", (CodedValue("high", "hinted"),))
    found = one(BenchmarkClaims("b", claims=(hinted,)), PLACE, "scale")
    assert found == ("unknown", "derived", "assumption-not-stated")


def test_what_a_lower_level_claims_is_shown_and_not_counted() -> None:
    (found,) = fit(
        SCHEMES,
        [BenchmarkClaims("b", lower_level_claims=(claim("scale", "high"),))],
        PLACE,
        ["scale"],
    )
    assert found.findings[0].verdict == "unknown"
    assert found.findings[0].beside


def test_a_deployment_that_is_partly_described_is_held_in_part() -> None:
    partly = DeploymentClaims("here", claims=(claim("scale", "high", status="partly-answered"),))
    card = BenchmarkClaims("b", claims=(claim("scale", "high"),))
    assert one(card, partly, "scale")[0] == "partially-holds"


def test_an_assessor_stands_before_a_rule_which_stands_beside() -> None:
    card = BenchmarkClaims(
        "b", claims=(claim("scale", "low"),), judgements=(Judgement("scale", "holds"),)
    )
    (found,) = fit(SCHEMES, [card], PLACE, ["scale"])
    finding = found.findings[0]
    assert (finding.verdict, finding.how, finding.derived.verdict) == (
        "holds",
        "asserted",
        "violated",
    )


def test_assessors_who_differ_dispute() -> None:
    judged = (Judgement("scale", "holds", "x"), Judgement("scale", "violated", "y"))
    card = BenchmarkClaims("b", claims=(claim("scale", "low"),), judgements=judged)
    assert one(card, PLACE, "scale") == ("disputed", "asserted", "sources-disagree")


def test_not_applicable_is_its_own_verdict() -> None:
    card = BenchmarkClaims("b", claims=(claim("scale", status="not-applicable"),))
    assert one(card, PLACE, "scale")[0] == "not-applicable"


# --- the parts of a dimension ----------------------------------------------------------------


def parted(assumed: str, deployed: str, **more: str) -> Finding:
    """Return what is found on a dimension of several parts; a bar parts two cards."""
    cards = [claim("parted", *one.split()) for one in assumed.split("|")]
    place = DeploymentClaims("here", claims=(claim("parted", *deployed.split(), **more),))
    (found,) = fit(SCHEMES, [BenchmarkClaims("b", claims=tuple(cards))], place, ["parted"])
    return found.findings[0]


ALIKE = "expert asked many must-ask"
"""A value of every part that is compared."""


@pytest.mark.parametrize(
    ("assumed", "deployed", "verdict", "rule"),
    [
        (ALIKE, ALIKE, "holds", "same-value"),
        (f"{ALIKE} program", f"{ALIKE} people", "holds", "same-value"),
        (ALIKE, "expert asked one told", "partially-holds", "asks-more"),
        (ALIKE, "expert asked many", "unknown", "deployment-not-stated"),
        ("expert asked many", ALIKE, "unknown", "assumption-not-stated"),
        ("expert asked one", ALIKE, "violated", "asks-less"),
        (f"{ALIKE} | layperson asked many must-ask", ALIKE, "disputed", "sources-disagree"),
        ("expert", "layperson", "violated", "different-value"),
        (ALIKE, "nobody asked many must-ask", "holds", "same-value"),
        ("expert", "nobody", "unknown", "assumption-not-stated"),
    ],
)
def test_the_first_verdict_that_a_compared_part_has_is_that_of_the_dimension(
    assumed: str, deployed: str, verdict: str, rule: str
) -> None:
    found = parted(assumed, deployed)
    assert (found.verdict, found.rule) == (verdict, rule)
    assert found.verdict == next(
        v for v in ("violated", "disputed", "unknown", "partially-holds", "holds")
        if v in {p.verdict for p in found.parts}
    )  # fmt: skip


def test_a_dimension_of_which_no_part_applies_does_not_apply() -> None:
    found = parted(ALIKE, "", status="not-applicable")
    assert (found.verdict, found.rule) == ("not-applicable", "stated-not-applicable")
    alone = Scheme("parted", WHO.values, parts=(WHO, SCORER))
    nobody = DeploymentClaims("here", claims=(claim("parted", "nobody"),))
    silent = find(alone, BenchmarkClaims("b"), nobody)
    assert (silent.verdict, silent.rule) == ("not-applicable", "nothing-to-compare")


def test_where_nothing_can_be_compared_a_silent_benchmark_has_no_rank() -> None:
    alone = {"parted": Scheme("parted", WHO.values, parts=(WHO,))}
    nobody = DeploymentClaims("here", claims=(claim("parted", "nobody"),))
    (found,) = fit(alone, [BenchmarkClaims("b")], nobody, ["parted"])
    assert (found.verdicts, found.rank) == ({"parted": "not-applicable"}, None)


def test_a_part_that_is_not_compared_is_shown_without_a_verdict() -> None:
    shown = {p.part: p for p in parted(f"{ALIKE} program", ALIKE).parts}["scorer"]
    assert (shown.verdict, shown.rule, shown.how) == (None, "not-compared", "not-compared")
    assert set(shown.assumed) == {"program"}
    assert not shown.deployed


def on(name: str, assumed: str, deployed: str) -> tuple[str | None, str, str, set[str]]:
    found = {p.part: p for p in parted(assumed, deployed).parts}[name]
    return found.verdict, found.rule, found.how, set(found.assumed)


def test_what_follows_by_definition_is_compared_and_marked() -> None:
    assert on("asking", "one", ALIKE) == ("violated", "asks-less", "follows", {"told"})


def test_what_follows_from_one_value_of_several_says_nothing_of_the_others() -> None:
    assert on("asking", "one many", ALIKE)[:2] == ("unknown", "assumption-not-stated")
    assert on("asking", "one many must-ask", ALIKE)[3] == {"told", "must-ask"}


@pytest.mark.parametrize(
    ("name", "assumed", "deployed", "verdict", "rule"),
    [
        ("who", "expert-written", "expert", "holds", "same-value"),
        ("how", "expert-written", "natural", "violated", "different-value"),
        ("turns", "expert-written", "many", "unknown", "assumption-not-stated"),
        ("how", "users", "natural", "unknown", "old-value-untold"),
        ("how", "natural", "users", "unknown", "old-value-untold"),
        ("how", "users", "copied", "violated", "different-value"),
        ("who", "users", "expert", "unknown", "assumption-not-stated"),
        ("who", "odd", "expert", "unknown", "assumption-not-stated"),
    ],
)
def test_an_old_value_is_read_in_every_way_that_it_may_be_meant(
    name: str, assumed: str, deployed: str, verdict: str, rule: str
) -> None:
    assert on(name, assumed, deployed)[:2] == (verdict, rule)


def test_supposing_one_part_leaves_the_others_as_they_are_stated() -> None:
    place = DeploymentClaims(
        "here", claims=(claim("parted", "expert-written", "many", "must-ask"),)
    )
    other = supposed(PARTED, place, ["natural"])
    assert {v for c in other.claims for v in c.values()} == {
        "expert",
        "natural",
        "many",
        "must-ask",
    }
    single = supposed(PARTED, place, ["one"])
    assert {v for c in single.claims for v in c.values()} == {"expert-written", "one"}


# --- what holds of everything ----------------------------------------------------------------

verdicts = st.sampled_from(VERDICTS)
rows = st.lists(st.lists(verdicts, min_size=5, max_size=5), min_size=1, max_size=8)


def fits_of(table: list[list[str]]) -> list[Fit]:
    """Return ranked fits with these verdicts, made by assessors as the rules would take them."""
    judged = [
        BenchmarkClaims(f"b{i}", judgements=tuple(map(Judgement, RELEVANT, row)))
        for i, row in enumerate(table)
    ]
    return fit(SCHEMES, judged, PLACE, RELEVANT)


@untimed
@given(rows, st.data())
def test_making_an_assumption_violated_never_improves_a_rank(
    table: list[list[str]], data: st.DataObject
) -> None:
    row = data.draw(st.integers(0, len(table) - 1))
    column = data.draw(st.integers(0, len(RELEVANT) - 1))
    worse = [list(r) for r in table]
    worse[row][column] = "violated"
    before = {f.benchmark: f.rank for f in fits_of(table)}[f"b{row}"]
    after = {f.benchmark: f.rank for f in fits_of(worse)}[f"b{row}"]
    assert before is None or (after is not None and after >= before)


@untimed
@given(rows)
def test_the_order_is_the_worst_case_and_the_ends_of_a_rank_hold_it(table: list[list[str]]) -> None:
    known = [f for f in fits_of(table) if f.rank is not None]
    keys = [(-f.counts.holds, -f.counts.partially_holds) for f in known]
    assert keys == sorted(keys)
    assert all((a.rank == b.rank) == (ka == kb) for a, ka in zip(known, keys, strict=True)
               for b, kb in zip(known, keys, strict=True))  # fmt: skip
    ends = [(f.ranks[0], f.rank or 0, f.ranks[1], len(known)) for f in known if f.ranks]
    assert len(ends) == len(known)
    assert all(list(places) == sorted(places) for places in ends)
    if not any(f.counts.unknown + f.counts.disputed for f in known):
        assert all(best == rank == worst for best, rank, worst, _ in ends)


def test_the_ends_of_a_rank_are_what_open_verdicts_can_make_of_it() -> None:
    two = {f.benchmark: (f.rank, f.ranks) for f in fits_of([
        ["holds", "holds", "unknown", "unknown", "holds"],
        ["holds", "holds", "holds", "violated", "violated"],
        ["holds", "holds", "holds", "holds", "violated"],
    ])}  # fmt: skip
    assert two == {"b0": (2, (1, 2)), "b1": (2, (2, 3)), "b2": (1, (1, 2))}


@untimed
@given(st.lists(verdicts, max_size=9))
def test_unknown_is_never_counted_as_held(given_verdicts: list[str]) -> None:
    found = counts(given_verdicts)
    assert found.holds == given_verdicts.count("holds")
    assert found.unknown == given_verdicts.count("unknown")
    more = counts([*given_verdicts, "unknown"])
    assert (more.holds, more.partially_holds) == (found.holds, found.partially_holds)
    assert more.order() == found.order()


def codes_of(scheme: Scheme) -> st.SearchStrategy[tuple[CodedValue, ...]]:
    coded = st.builds(
        CodedValue, st.sampled_from(sorted(scheme.values)), st.sampled_from(["stated", "hinted"])
    )
    return st.lists(coded, max_size=2).map(tuple)


claims = st.sampled_from(RELEVANT).flatmap(
    lambda name: st.builds(
        Claim,
        st.just(name),
        codes_of(SCHEMES[name]),
        st.sampled_from(["answered", "partly-answered", "not-stated", "not-applicable"]),
        st.none(),
        st.sampled_from(["x", "y"]),
    )
)
judgements = st.builds(Judgement, st.sampled_from(RELEVANT), verdicts, st.sampled_from(["x", "y"]))
benchmarks = st.lists(
    st.builds(
        BenchmarkClaims,
        st.sampled_from(["a", "b", "c"]),
        claims=st.lists(claims, max_size=6).map(tuple),
        judgements=st.lists(judgements, max_size=3).map(tuple),
    ),
    max_size=3,
    unique_by=lambda c: c.id,
)
deployments = st.builds(
    DeploymentClaims, st.just("here"), claims=st.lists(claims, max_size=6).map(tuple)
)


@untimed
@given(benchmarks, deployments, st.randoms(use_true_random=False))
def test_the_order_of_statements_changes_nothing(
    some: list[BenchmarkClaims], deployment: DeploymentClaims, random: Random
) -> None:
    def shuffled(items: Sequence[Item]) -> tuple[Item, ...]:
        return tuple(sorted(items, key=lambda _: random.random()))

    mixed = [replace(c, claims=shuffled(c.claims), judgements=shuffled(c.judgements)) for c in some]
    elsewhere = replace(deployment, claims=shuffled(deployment.claims))
    again = fit(SCHEMES, shuffled(mixed), elsewhere, RELEVANT)
    first = fit(SCHEMES, some, deployment, RELEVANT)
    assert again == first
    assert [f.findings for f in again] == [f.findings for f in first]


@untimed
@given(benchmarks, deployments, st.sampled_from(RELEVANT), st.data())
def test_what_moves_is_the_difference_to_the_fit_of_the_changed_deployment(
    some: list[BenchmarkClaims], deployment: DeploymentClaims, dimension: str, data: st.DataObject
) -> None:
    every = sorted(SCHEMES[dimension].values)
    values = data.draw(st.lists(st.sampled_from(every), max_size=2, unique=True))
    now = fit(SCHEMES, some, deployment, RELEVANT)
    supposing = fit(
        SCHEMES,
        unjudged(some, dimension),
        supposed(SCHEMES[dimension], deployment, values),
        RELEVANT,
    )
    moved = {m.benchmark: m for m in moves(now, supposing)}
    before = {f.benchmark: f for f in now}
    for after in supposing:
        old = before[after.benchmark]
        pairs = zip(old.findings, after.findings, strict=True)
        verdicts_moved = {
            a.dimension: (a.verdict, b.verdict) for a, b in pairs if a.verdict != b.verdict
        }
        assert set(verdicts_moved) <= {dimension}
        if after.benchmark in moved:
            assert moved[after.benchmark].verdicts == verdicts_moved
            assert moved[after.benchmark].ranks == (old.rank, after.rank)
        else:
            assert not verdicts_moved
            assert old.rank == after.rank


@untimed
@given(benchmarks, deployments)
def test_nothing_holds_of_which_nothing_counts_on_either_side(
    some: list[BenchmarkClaims], deployment: DeploymentClaims
) -> None:
    for found in fit(SCHEMES, some, deployment, RELEVANT):
        for finding in found.findings:
            silent = not finding.assumed or not finding.deployed
            if finding.how == "derived" and silent:
                assert finding.verdict not in {"holds", "partially-holds", "violated"}


def test_a_benchmark_that_answers_too_little_has_no_rank() -> None:
    everywhere = DeploymentClaims(
        "here", claims=tuple(claim(name, next(iter(SCHEMES[name].values))) for name in RELEVANT)
    )
    some = [
        BenchmarkClaims(f"b{n}", claims=tuple(claim(name, "x") for name in RELEVANT[:n]))
        for n in range(5)
    ]
    ranks = {f.benchmark: (f.rank, f.open) for f in fit(SCHEMES, some, everywhere, RELEVANT)}
    assert ranks["b4"] == (1, RELEVANT[4:])
    assert ranks["b3"] == (None, RELEVANT[3:])
    assert [f.benchmark for f in fit(SCHEMES, some, everywhere, RELEVANT)][1:] == [
        "b3", "b2", "b1", "b0",
    ]  # fmt: skip
    lower = {f.benchmark: f.rank for f in fit(SCHEMES, some, everywhere, RELEVANT, 1)}
    assert [name for name, rank in lower.items() if rank is None] == ["b0"]
    assert ranked([]) == []


def test_where_less_is_compared_fewer_answers_do() -> None:
    silent = BenchmarkClaims("quiet")
    known = BenchmarkClaims("known", claims=(claim("scale", "low"), claim("tree", "own")))
    first, last = fit(SCHEMES, [silent, known], PLACE, RELEVANT)
    assert (first.benchmark, first.rank, first.answered) == ("known", 1, ("scale", "tree"))
    assert (last.benchmark, last.rank, last.open) == ("quiet", None, ("scale", "tree"))
    nothing = DeploymentClaims("here")
    assert [f.rank for f in fit(SCHEMES, [known], nothing, RELEVANT)] == [None]


@untimed
@given(deployments, st.lists(claims, max_size=6), claims, st.lists(judgements, max_size=2))
def test_an_answer_where_there_was_none_never_makes_a_benchmark_look_worse(
    deployment: DeploymentClaims, some: list[Claim], more: Claim, judged: list[Judgement]
) -> None:
    kept = tuple(c for c in some if c.dimension != more.dimension)
    before, after = (
        fit(SCHEMES, [BenchmarkClaims("b", claims=said, judgements=tuple(judged))], deployment,
            RELEVANT)[0]
        for said in (kept, (*kept, more))
    )  # fmt: skip
    assert after.counts.violated >= before.counts.violated
    assert after.counts.order() <= before.counts.order()
    assert set(before.answered) <= set(after.answered)


@pytest.mark.parametrize("path", ["", "expert", "lay"])
def test_people_are_compared_where_the_deployment_names_them(path: str) -> None:
    people = Scheme(
        "population",
        {c: SchemeValue(c, broader=b) for c, b in (("expert", None), ("lay", None))},
        part="population",
    )
    asked = replace(TREE, people=people)
    place = DeploymentClaims(
        "here", claims=(replace(claim("tree", "own"), population=frozenset({"lay"})),)
    )
    named = replace(claim("tree", "own"), population=frozenset(path.split()))
    found = find(asked, BenchmarkClaims("b", claims=(named,)), place)
    verdicts = {"": "unknown", "expert": "violated", "lay": "holds"}
    assert found.verdict == verdicts[path]
    nobody = DeploymentClaims("here", claims=(claim("tree", "own"),))
    assert find(asked, BenchmarkClaims("b", claims=(named,)), nobody).verdict == "holds"


def test_a_card_that_leaves_items_open_holds_in_part() -> None:
    card = BenchmarkClaims("b", claims=(claim("scale", "high", status="partly-answered"),))
    assert one(card, PLACE, "scale") == ("partially-holds", "derived", "assumption-partly-answered")
    share = Claim("scale", (CodedValue("high", share=0.95),), "partly-answered")
    assert one(BenchmarkClaims("b", claims=(share,)), PLACE, "scale")[2] == "nearly-all-match"


BADNESS = {"holds": 0, "partially-holds": 1, "unknown": 2, "violated": 2}


def compared_parts() -> list[Scheme]:
    """Return the parts of the dimensions of the shipped ontology."""
    engine = open_store(None)
    terms = graphs.taxonomy().serialize(format="nt").splitlines()
    engine.commit("".join(f"{t.removesuffix('.')}<urn:g> .\n" for t in terms if t).encode())
    ontology = scheme_queries.schemes(engine)
    engine.close()
    return [part for scheme in ontology.values() for part in scheme.divided() if part.compared]


def test_a_vaguer_card_never_fits_better() -> None:
    """Over every value of the ontology: to say a broader value, or more values, earns nothing."""
    for part in compared_parts():
        inner = {v.broader for v in part.values.values()}
        exact = [code for code in part.current() if code not in inner]
        for deployed, said in product(exact, part.current()):
            there = [ComparedValue(deployed)]
            known = BADNESS[compare(part, [ComparedValue(said)], there).verdict]
            for broader in [*part.upwards(said)][1:]:
                vague = compare(part, [ComparedValue(broader)], there).verdict
                assert BADNESS[vague] >= known, (said, broader, deployed)
                assert vague != "holds"
            for other in set(part.current()) - {said}:
                more = compare(part, [ComparedValue(said), ComparedValue(other)], there)
                assert more.verdict != "holds", (said, other, deployed)


def test_two_benchmarks_stand_side_by_side() -> None:
    low = BenchmarkClaims("low", claims=(claim("scale", "low"),))
    high = BenchmarkClaims("high", claims=(claim("scale", "high"),))
    pair = {f.benchmark: f for f in fit(SCHEMES, [low, high], PLACE, ["scale", "tree"])}
    scale, tree = difference([pair["low"], pair["high"]])
    assert scale.differs
    assert not tree.differs
