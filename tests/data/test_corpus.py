"""The shipped data: every record has its source, and the Bean numbers are the computed ones."""

import csv
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache

import pytest

from loaders.model import CORE_DIMENSIONS, Card, Interval, Profile, Review, SystemCard
from loaders.reading.trees import parse
from service.decomposition.decompose import DecompositionEstimate
from service.decomposition.intervals import ScoreInterval
from service.decomposition.request import DecompositionOptions, run
from service.decomposition.table import sheet
from tests.shipped import FILES, ROOT, gap, gaps, records, statements, studies

ARXIV = re.compile(r"https://doi\.org/10\.48550/arXiv\.\d{4}\.\d{4,5}$")
DOI = re.compile(r"https://doi\.org/10\.(?!48550)\d{4,9}/\S+$")
PAGE = re.compile(r"https?://(?!doi\.org)([a-z0-9-]+\.)+[a-z][a-z0-9-]+(:\d+)?(/\S*)?$")
QUOTATION = re.compile('\u201c([^\u201d]+)\u201d|"([^"]+)"')
QUOTED_WORDS = 25
"""The longest marked quotation that the shipped data may hold, in words."""
COPIED_WORDS = 9
"""How many words in a row may be those of a source without being marked as a quotation."""


@cache
def ladder() -> DecompositionEstimate:
    data = (ROOT / "data/cases/bean2026_rungs.csv").read_bytes()
    adds = {
        "patient-first-message": "query-authorship, information-completeness",
        "model-in-conversation": "interaction-type",
        "person-final-answer": "decision-mediation",
    }
    return run(sheet(data, "bean2026_rungs.csv"), DecompositionOptions(adds=adds))


def test_there_is_as_much_as_promised() -> None:
    cards = {r.benchmark.id for r in records() if isinstance(r, Card)}
    reviewed = {r.deployment for r in records() if isinstance(r, Review)}
    assert len(cards) >= 12
    assert len(reviewed) >= 4


def test_every_card_and_profile_asks_all_five_questions() -> None:
    for record in records():
        if isinstance(record, Card | Profile):
            parts = record.assumptions if isinstance(record, Card) else record.characteristics
            assert set(CORE_DIMENSIONS) <= {p.dimension for p in parts}, record.id


def test_every_answer_cites_a_source_and_nothing_else_does(subtests: pytest.Subtests) -> None:
    for ident, statement in statements():
        with subtests.test(ident, dimension=statement.dimension):
            if statement.answer_status == "not-stated":
                assert not statement.codings
            else:
                assert statement.answer or statement.answer_status == "not-applicable"
                assert statement.sources


def addresses() -> list[str]:
    found = [s.url for _, said in statements() for s in (*said.sources, *said.looked_in)]
    found += [s.url for g in gaps() for s in (*g.sources, *g.contested_in)]
    found += [u for study in studies().values() for u in study.reported_in]
    found += [s.url for r in records() if isinstance(r, Profile | SystemCard) for s in r.sources]
    found += [u for r in records() if isinstance(r, Card) for u in (*r.publications, *r.pages)]
    reviews = [r for r in records() if isinstance(r, Review)]
    return found + [e.url for r in reviews for a in r.assessments for e in a.evidence]


def test_every_source_is_a_doi_an_arxiv_id_or_a_page() -> None:
    wrong = [u for u in addresses() if not (ARXIV.match(u) or DOI.match(u) or PAGE.match(u))]
    assert wrong == []


def test_every_derived_value_names_its_rule() -> None:
    codings = [c for _, statement in statements() for c in statement.codings]
    assert all(c.rule for c in codings if c.basis == "derived")


def test_every_verdict_has_evidence_or_a_reason_why_it_is_unknown() -> None:
    for record in records():
        for judged in record.assessments if isinstance(record, Review) else ():
            assert judged.rationale
            assert judged.evidence or judged.verdict == "unknown"


def words_of(value: object) -> Iterator[str]:
    """Yield every text in a parsed file but the fields that hold marked quotations."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        said = (item for key, item in value.items() if key != "quote")
        yield from (text for item in said for text in words_of(item))
    elif isinstance(value, list):
        yield from (text for item in value for text in words_of(item))


def texts() -> list[tuple[str, str]]:
    return [(p.name, text) for p in FILES for text in words_of(parse(p.read_bytes()))]


def test_marked_quotations_are_short() -> None:
    found = [(name, a or b) for name, text in texts() for a, b in QUOTATION.findall(text)]
    assert [(name, q) for name, q in found if len(q.split()) > QUOTED_WORDS] == []


def test_quotes_are_short_and_have_their_place() -> None:
    places = [(i, c) for i, s in statements() for c in (*s.sources, *s.looked_in)]
    cited = [c for g in gaps() for c in (*g.sources, *g.contested_in)]
    quoted = [(i, c) for i, c in [*places, *(("gap", c) for c in cited)] if c.quote]
    assert [i for i, c in quoted if not c.locator] == []
    assert [(i, c.quote) for i, c in quoted if len(str(c.quote).split()) > QUOTED_WORDS] == []


def test_what_was_looked_in_says_how_far() -> None:
    assert [i for i, s in statements() for c in s.looked_in if not c.locator] == []


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9%.]+", text.lower())
    return {tuple(words[i : i + COPIED_WORDS]) for i in range(len(words) - COPIED_WORDS + 1)}


def test_no_words_are_copied_from_the_excerpts_that_were_read() -> None:
    excerpts = ROOT.parent / "shared/research/measured_gaps.csv"
    if not excerpts.is_file():
        pytest.skip("no excerpts of sources beside this checkout")
    with excerpts.open(encoding="utf-8") as lines:
        copied = set().union(*(runs(row["quote"]) for row in csv.DictReader(lines)))
    assert [(name, text) for name, text in texts() if runs(text) & copied] == []


def test_the_recomputed_scores_are_what_the_items_give() -> None:
    stored = gap("bean2026-gpt4o-recomputed").measurements
    found = [(m.value, m.events, m.n, _stored(m.intervals)) for m in stored]
    assert found == [
        (_two(s.value), s.events, s.n, _computed(s.intervals)) for s in ladder().scores
    ]


def test_the_recomputed_contributions_and_intervals_are_what_the_items_give() -> None:
    whole = gap("bean2026-gpt4o-recomputed")
    parts = next(d for d in whole.decompositions if d.key == "sequential").contributions
    drops = ladder().contributions
    for stored, drop in zip((*parts, whole), (*drops, ladder().total), strict=True):
        assert stored.value == _two(drop.value)
        assert _stored(stored.intervals) == _computed(drop.intervals)
        drawn = [i for i in stored.intervals if i.interval_method == "bootstrap-percentile"]
        assert {(i.resamples, i.seed) for i in drawn} == {(10_000, 1)}
    flows = [(d.flow.lost, d.flow.gained) if d.flow else (None, None) for d in drops]
    assert [(c.losses, c.gains) for c in parts] == flows


def test_the_task_part_is_what_the_items_give() -> None:
    whole = gap("bean2026-gpt4o-recomputed")
    task = next(d for d in whole.decompositions if d.key == "by-kind").contributions[0]
    drop = ladder().subtotals["task-assumption"]
    assert task.value == _two(drop.value)
    assert _stored(task.intervals) == _computed(drop.intervals)


def test_the_intervals_agree_with_an_independent_computation() -> None:
    """Bounds computed for the research notes, with other code and draws; 0.5 points of noise."""
    expected = {
        "trial or conversation": [(8.5, 15.3), (14.3, 22.8), (25.7, 34.7), (56.5, 64.7)],
        "scenario": [(1.2, 19.1), (11.7, 25.7), (25.1, 34.8), (47.2, 72.0)],
    }
    whole = gap("bean2026-gpt4o-recomputed")
    parts = next(d for d in whole.decompositions if d.key == "sequential").contributions
    for unit, bounds in expected.items():
        for estimate, (lower, upper) in zip((*parts, whole), bounds, strict=True):
            found = next(
                i
                for i in estimate.intervals
                if (i.sampling_unit, i.interval_method) == (unit, "bootstrap-percentile")
            )
            assert abs(float(found.lower) - lower) <= 0.5
            assert abs(float(found.upper) - upper) <= 0.5


def _two(value: float) -> Decimal:
    return Decimal(f"{value:.2f}")


def _stored(intervals: Iterable[Interval]) -> list[tuple[object, ...]]:
    return [(i.lower, i.upper, i.interval_method, i.clusters, i.caution) for i in intervals]


def _computed(intervals: Iterable[ScoreInterval]) -> list[tuple[object, ...]]:
    return [(_two(i.lower), _two(i.upper), i.method, i.clusters, i.caution) for i in intervals]
