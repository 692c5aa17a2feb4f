"""What records must keep among each other, as questions about loaded records.

Each function yields the id of a record and a sentence on what disagrees in it, and knows no
particular record. What one record can break by itself is a shape as well, so that records from
elsewhere are warned of it: `gap-varies-coded`, `gap-n-of-ends`, `coding-rule-value`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache

from rdflib import SKOS, URIRef

from loaders.mapping.iris import BASE, EGAP, last_segment
from loaders.model import (
    CORE_DIMENSIONS,
    Card,
    Gap,
    Measurement,
    Profile,
    Record,
    SourceCard,
    Statement,
    StudyCard,
    SystemCard,
)
from service.ontology import graphs

Finding = tuple[str, str]

KEYED = {"exact-match", "program-test", "reference-overlap"}
"""Scorers that compare with a key, a test or a reference."""
GRADED = {"rubric-by-people", "rated-quality"}
"""Scorers that grade; a model judge may do either."""
PAIRS = {None, "pair", "extreme"}
"""Comparisons that start under the conditions of an evaluation and name what changes."""
ANSWERED_BY_SOMEBODY = {"multi-turn", "multi-session", "agentic"}


def values_on(dimension: str, values: Iterable[str]) -> set[str]:
    """Return those of the values that belong to a dimension, without its name."""
    return {v.partition("/")[2] for v in values if v.startswith(f"{dimension}/")}


def ends(record: Gap) -> tuple[Measurement, Measurement]:
    """Return the score under evaluation and the changed one."""
    found = {f"measurement-{m.key}": m for m in record.measurements}
    return found[record.evaluation], found[record.changed]


def under(end: Measurement) -> tuple[str, ...]:
    """Return the values of the condition of a score."""
    return end.condition.under if end.condition else ()


def said(record: Card | Profile) -> dict[str, Statement]:
    """Return what a card or profile says, by dimension."""
    parts = record.assumptions if isinstance(record, Card) else record.characteristics
    return {part.dimension: part for part in parts}


def varied_without_two_unequal_ends(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps that name a dimension as varied which their two conditions do not bear out."""
    for record in records:
        if isinstance(record, Gap):
            before, after = map(under, ends(record))
            for dimension in record.varies:
                pair = values_on(dimension, before), values_on(dimension, after)
                if not all(pair):
                    yield record.id, f"{dimension} varies, but is not coded at both ends"
                elif pair[0] == pair[1]:
                    yield record.id, f"{dimension} varies, but is the same at both ends"


def unequal_ends_that_do_not_vary(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps whose conditions differ on a dimension that they do not name as varied."""
    for record in records:
        if isinstance(record, Gap) and (record.comparison in PAIRS or of_one_system(record)):
            before, after = map(under, ends(record))
            for dimension in {v.partition("/")[0] for v in (*before, *after)}:
                pair = values_on(dimension, before), values_on(dimension, after)
                if all(pair) and pair[0] != pair[1] and dimension not in record.varies:
                    yield record.id, f"{dimension} differs between the ends, but is not in varies"


def of_one_system(record: Gap) -> bool:
    """Tell whether two findings, or a claim and a finding, are of one system (K1, P6)."""
    return record.comparison in {"one-condition", "different-measures"} and len(record.systems) == 1


def ends_that_no_card_assumes(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps whose evaluation end is coded otherwise than their benchmark's cards.

    Each part of a dimension is compared by itself, and only where both sides code it. A value fits
    if some card has it, or one broader or narrower.
    """
    assumed: dict[str, set[str]] = defaultdict(set)
    for record in records:
        if isinstance(record, Card):
            assumed[record.benchmark.id] |= {c for a in record.assumptions for c in a.coded()}
    for record in records:
        if isinstance(record, Gap) and record.comparison in PAIRS:
            card = assumed[record.benchmark or ""]
            for value in under(ends(record)[0]):
                of_part = {c for c in card if part(c) == part(value)}
                if of_part and not any(akin(value, c) for c in of_part):
                    yield record.id, f"starts at {value}, its card has {sorted(of_part)}"


def n_of_neither_end(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps of which n is neither that of both ends nor their sum, all in one unit."""
    for record in records:
        if isinstance(record, Gap) and record.n is not None:
            before, after = ends(record)
            same = {m.n_unit for m in (before, after)} == {record.n_unit}
            if same and before.n and after.n:
                fits = {before.n + after.n} | ({before.n} if before.n == after.n else set())
                if record.n not in fits:
                    yield record.id, f"n is {record.n}, of the ends {before.n} and {after.n}"


def n_on_the_gap_alone(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps with an n that one of their ends lacks: n is what was counted at each (K9)."""
    for record in records:
        if isinstance(record, Gap) and record.n is not None:
            for end in ends(record):
                if end.n is None:
                    yield record.id, f"n is {record.n}, and {end.key} has none"


def _scores(records: Iterable[Record]) -> Iterator[tuple[Gap, Measurement]]:
    """Yield every score of a gap, with the gap."""
    return ((r, score) for r in records if isinstance(r, Gap) for score in r.measurements)


def areas_in_percent(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield areas under a curve in percent, where others are fractions (K8)."""
    for record, end in _scores(records):
        if end.metric.metric_class == "discrimination" and end.unit == "percent":
            yield record.id, f"{end.key} is an area under a curve in percent"


def figures_missing_in_two_ways(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps that call the interval not reported and the size not seen, or the reverse.

    If a source was read so far that it is known to lack the one, it is known to lack the other.
    """
    for record in (r for r in records if isinstance(r, Gap)):
        missing = {*record.not_given, *(w for end in ends(record) for w in end.not_given)}
        for one, other in (("interval", "sample-size"), ("sample-size", "interval")):
            if {f"{one}-not-reported", f"{other}-not-seen"} <= missing:
                yield record.id, f"{one} is not reported and {other} not seen"


def nested_scores_taken_as_independent(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps of which the second score is a part of the first, with a loss that may be none."""
    for record in (r for r in records if isinstance(r, Gap)):
        if "changed score cannot exceed the first" in (record.notes or ""):
            for interval in record.intervals:
                if (interval.caution or "").startswith("takes the samples as independent"):
                    yield record.id, "what counts at the second end counts at the first as well"


def coefficients_that_are_no_fractions(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield scores by a coefficient of which 1 is the most, in another unit than fraction (K8)."""
    for record, end in _scores(records):
        if COEFFICIENT.search(end.metric.id) and end.unit != "fraction":
            yield record.id, f"{end.key} is a {end.metric.id} in {end.unit}"


COEFFICIENT = re.compile(r"kappa|correlation|pearson|spearman")


def amounts_in_percent(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield times and amounts of work in percent: only their change can be relative (K8)."""
    for record, end in _scores(records):
        if end.metric.metric_class in {"duration", "resources"} and end.unit == "percent":
            yield record.id, f"{end.key} is a {end.metric.id} in percent"


def trainings_taken_for_one_system(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield pairs whose note says that one end is of a model trained otherwise (P6)."""
    for record in (r for r in records if isinstance(r, Gap)):
        if record.comparison in PAIRS and TRAINED_OTHERWISE.search(record.notes or ""):
            yield record.id, "two trainings are two systems, and no pair"


TRAINED_OTHERWISE = re.compile(r"[Ww]hat differs is the training|model is trained anew")


def systems_with_comparisons_of_their_own(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield effects of a deployment and comparisons of systems that name what varies (P6)."""
    for record in (r for r in records if isinstance(r, Gap)):
        of_their_own = record.comparison in {"effect-of-deployment", "human-comparison"}
        if of_their_own and record.varies:
            yield record.id, f"a {record.comparison} changes no condition"


def studies_counted_again(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps of the record's author whose two scores another record has from their study (K7).

    Scores are the same if they differ by less than what whole numbers round away.
    """
    gaps = [r for r in records if isinstance(r, Gap) and (r.comparison or "pair") == "pair"]
    told = [g for g in gaps if g.measured_by != "record-author"]
    for record in (g for g in gaps if g.measured_by == "record-author"):
        for other in told:
            if record.benchmark == other.benchmark and _same_scores(record, other):
                yield record.id, f"{other.id} has both scores as the {other.measured_by} give them"


def _same_scores(one: Gap, other: Gap) -> bool:
    """Tell whether two gaps have the same scores of the same systems on one metric."""
    alike = {s.id for s in one.systems} == {s.id for s in other.systems}
    return alike and all(
        a.metric.id == b.metric.id
        and a.unit == b.unit
        and a.value is not None
        and b.value is not None
        and abs(a.value - b.value) < ROUNDED_AWAY.get(a.unit or "", 0)
        for a, b in zip(ends(one), ends(other), strict=True)
    )


ROUNDED_AWAY = {"percent": Decimal(1), "fraction": Decimal("0.01")}


def attempts_in_a_class_of_one(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps that count items right in every trial, on a metric of one answer or attempt."""
    for record, end in _scores(records):
        wrong = end.metric.metric_class in ONE_ATTEMPT
        if wrong and "repetition/every-trial" in under(end):
            yield record.id, f"{end.metric.id} is of one attempt, and all trials must be right"


ONE_ATTEMPT = {"accuracy", "task-success", "any-of-several"}
"""Classes of metric that say nothing of every trial; see *right in all of several*."""


def disputes_without_a_source(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield disputed gaps that name neither who disputes them nor the gap that disagrees."""
    disputed = (r for r in records if isinstance(r, Gap) and r.status == "disputed")
    for record in disputed:
        if not (record.contested_in or record.conflicts_with):
            yield record.id, "disputed, and no source and no other gap says by whom"


def average_precisions_in_a_class(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps whose average precision has a class; no class of metric holds it."""
    for record, end in _scores(records):
        named = f"{end.metric.id} {end.metric.name}".casefold().replace("-", " ")
        if "average precision" in named and end.metric.metric_class:
            yield record.id, f"{end.metric.id} is no {end.metric.metric_class}"


def abstracts_that_deny_a_number(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps read in an abstract alone that say the source has no number.

    It may stand elsewhere in the source. An end that nobody measured (one condition) has none.
    """
    for record in records:
        if isinstance(record, Gap) and record.comparison != "one-condition":
            missing = [*record.not_given, *(w for end in ends(record) for w in end.not_given)]
            if record.verification == "abstract" and "value-not-reported" in missing:
                yield record.id, "only the abstract was read, so that the value is not seen"


FULLER = {"full-text", "recomputed"}
"""Levels at which every number was seen outside an abstract."""


def levels_above_their_weakest_number(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps at a fuller level of which a score as printed stands in quotes of abstracts alone.

    The level is that of the weakest number.
    """
    for record in records:
        if isinstance(record, Gap) and record.verification in FULLER:
            cited = [(c.quote or "", "abstract" in (c.locator or "")) for c in record.sources]
            for printed in (e.as_reported for e in ends(record) if e.as_reported):
                number = printed.replace(" ", "")
                places = {abstract for quote, abstract in cited if number in quote}
                if places == {True}:
                    yield record.id, f"{printed} was seen in an abstract alone"


def scores_not_read_in_one_condition(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield records of one condition of which the other score exists and was not read: a pair."""
    for record in one_condition(records):
        if any("value-not-seen" in end.not_given for end in ends(record)):
            yield record.id, "the other score stands in a source, so this is a pair"


def differences_from_one_condition(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield records of one condition that subtract all the same, as from 100 % by choice."""
    for record in one_condition(records):
        if {record.value, record.lowest} != {None}:
            yield record.id, "one condition was measured, and a number is subtracted"


def one_condition(records: Iterable[Record]) -> Iterator[Gap]:
    """Yield the records of which one of two scores was measured."""
    for record in records:
        if isinstance(record, Gap) and record.comparison == "one-condition":
            yield record


def finer_than_their_ends(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield differences that are given to a finer step than one of their two scores."""
    for record in records:
        if isinstance(record, Gap) and record.gap_kind == "absolute-difference":
            known = [e.precision for e in ends(record) if _given(e) and e.precision]
            step = record.precision if _given(record) else None
            if step and len(known) == 2 and step < max(known):
                yield record.id, f"given to {step}, its ends to {known[0]} and {known[1]}"


def values_that_their_counts_deny(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield differences of two counted shares that were taken from the rounded shares."""
    for record in records:
        if isinstance(record, Gap) and record.gap_kind == "absolute-difference":
            counts = [(e.events, e.n) for e in ends(record) if e.events is not None and e.n]
            if record.value is None or record.precision is None or len(counts) != 2:
                continue
            one, other = (Decimal(events) / Decimal(n) for events, n in counts)
            exact = abs(one - other) * (1 if record.unit == "fraction" else 100)
            if abs(exact - abs(record.value)) > record.precision / 2:
                yield record.id, f"{record.value} is given, the counts make {exact:.4f}"


def effects_that_name_a_benchmark(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield effects of a deployment that name a benchmark: people without a system are none."""
    for record in (r for r in records if isinstance(r, Gap) and r.benchmark):
        if record.comparison == "effect-of-deployment":
            yield record.id, f"starts from no evaluation and names {record.benchmark}"


def ends_without_n_or_reason(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield scores without a number of what was counted, where nothing says why."""
    for record in (r for r in records if isinstance(r, Gap)):
        for end in ends(record):
            said_why = any("sample-size" in code for code in (*record.not_given, *end.not_given))
            scored = {end.value, end.lowest} != {None}
            if scored and not (end.n or record.n or said_why):
                yield record.id, f"{end.key} has no n, and not_given has no word on it"


def other_sources_of_unknown_ones(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps whose changed end is of another source, where none is known at the first."""
    for record in records:
        if isinstance(record, Gap):
            before, after = (values_on("subject-population", under(e)) for e in ends(record))
            if "other-source" in after and not before:
                yield record.id, "other-source needs training data that are known"


def makers_that_differ_in_one_study(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps of one study and benchmark that disagree on whether its authors made that."""
    found: dict[tuple[str, str | None], dict[str, str]] = defaultdict(dict)
    for record in records:
        if isinstance(record, Gap) and record.measured_by in {"benchmark-makers", "study-authors"}:
            study = ends(record)[0].study
            by = found[study.id if study else "", record.benchmark]
            by[record.measured_by] = record.id
    for by in found.values():
        if len(by) > 1:
            yield by["benchmark-makers"], f"benchmark-makers, unlike {by['study-authors']}"


def one_system_called_several(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards that call several what their name says is one; a pool leaves such systems out."""
    for record in records:
        if isinstance(record, SystemCard) and record.several:
            name = (record.system.name or "").partition(" (")[0]
            if not MORE_THAN_ONE.search(name):
                yield record.id, f"{name} names one system"


MORE_THAN_ONE = re.compile(r"s\b|\band\b|,.*,")
"""A plural or a list."""


def systems_with_one_name(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield systems that have the name of another one, so that a reader takes them for it."""
    named: dict[str, set[str]] = defaultdict(set)
    for record in records:
        if isinstance(record, SystemCard) and record.system.name:
            named[record.system.name].add(record.system.id)
    for name, systems in named.items():
        if len(systems) > 1:
            yield min(systems), f"{name} is the name of {sorted(systems)}"


def intervals_from_unrecorded_ones(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps with an interval from those of the ends, of which an end has none."""
    for record in (r for r in records if isinstance(r, Gap)):
        cautions = {interval.caution or "" for interval in record.intervals}
        if any("printed intervals of the scores" in caution for caution in cautions):
            yield from (
                (record.id, f"{end.key} has no interval, that of the gap is made from it")
                for end in ends(record)
                if not end.intervals
            )


def systems_named_after_another(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield systems that are named for being like one: a reader looks them up under it."""
    for record in records:
        if isinstance(record, SystemCard) and LIKENESS.search(record.system.name or ""):
            yield record.system.id, f"{record.system.name} names another system"


LIKENESS = re.compile(r"\w-(?:like|type)\b")


def counts_quoted_and_not_recorded(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield shares of n whose count stands in a passage that the gap quotes, without it."""
    for record in (r for r in records if isinstance(r, Gap)):
        quotes = " ".join(source.quote or "" for source in record.sources)
        for end in ends(record):
            if end.n is None or end.value is None or end.events is not None:
                continue
            for count in re.findall(rf"\b(\d+)(?: ?/ ?| of ){end.n}\b", quotes):
                if abs(100 * int(count) / end.n - float(end.value)) < 1:
                    yield record.id, f"{end.key} has no events, {count} of {end.n} is quoted"


def audits_that_change_their_inputs(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps of an audit whose inputs were changed: that is a perturbation (K6)."""
    records = list(records)
    audits = {r.study.id for r in records if isinstance(r, StudyCard) and r.design == "audit"}
    for record in (r for r in records if isinstance(r, Gap)):
        study = ends(record)[0].study
        if study and study.id in audits and "input-variation" in record.varies:
            yield record.id, "changed inputs are a perturbation"


def makers_of_one_system_that_differ(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps of one study that disagree on whether its authors made the system."""
    found: dict[tuple[str, tuple[str, ...]], dict[str, str]] = defaultdict(dict)
    for record in (r for r in records if isinstance(r, Gap)):
        study = ends(record)[0].study
        if record.measured_by in {"study-authors", "system-makers"} and study:
            systems = tuple(s.id for s in record.systems)
            found[study.id, systems][record.measured_by] = record.id
    for by in found.values():
        if len(by) > 1:
            yield by["study-authors"], f"study-authors, unlike {by['system-makers']}"


def works_that_the_study_does_not_report(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps that cite papers of which none reports a study that their scores are from."""
    records = list(records)
    studies = {r.study.id: papers(r.reported_in) for r in records if isinstance(r, StudyCard)}
    for record in (r for r in records if isinstance(r, Gap)):
        cited = papers(s.url for s in record.sources)
        reported = {p for e in record.measurements if e.study for p in studies[e.study.id]}
        if cited and reported and not cited & reported:
            yield record.id, f"cites {sorted(cited)}, its studies are of {sorted(reported)}"


def papers(addresses: Iterable[object]) -> set[str]:
    """Return the DOIs among addresses, in small letters."""
    known = (str(address).lower().partition("doi.org/") for address in addresses)
    return {doi for _, found, doi in known if found}


def makers_called_study_authors(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps of a later work that is also by people who wrote that of the benchmark (P8).

    A benchmark and a study that cite one work are left out: whether that made a test for others,
    or cases for itself, its authors do not say by their names.
    """
    records = list(records)
    wrote = {p: set(r.names) for r in records if isinstance(r, SourceCard) for p in works(r)}
    made = {r.benchmark.id: papers(r.publications) for r in records if isinstance(r, Card)}
    studies = {r.study.id: papers(r.reported_in) for r in records if isinstance(r, StudyCard)}
    for record in (r for r in records if isinstance(r, Gap)):
        if record.measured_by == "study-authors":
            first = made.get(record.benchmark or "", set())
            later = {p for e in record.measurements if e.study for p in studies[e.study.id]}
            makers, authors = (
                set().union(*(wrote.get(p, ()) for p in ps)) for ps in (first, later)
            )
            if not first & later and makers & authors:
                yield record.id, f"{sorted(makers & authors)} made {record.benchmark} too"


def works(card: SourceCard) -> set[str]:
    """Return the DOIs of a work, with that of its preprint."""
    preprint = f"10.48550/arxiv.{card.arxiv}" if card.arxiv else ""
    return {(card.doi or "").lower(), preprint, *papers(card.addresses)} - {""}


def points_of_a_bare_percentage(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield differences in points where no score, quote or note says that points are meant (K4)."""
    for record in (r for r in records if isinstance(r, Gap)):
        quotes = " ".join(s.quote or "" for s in record.sources)
        numbers = {record.value, record.lowest} != {None}
        unseen = all("value-not-seen" in end.not_given for end in ends(record))
        reason = "oints are meant" in (record.notes or "")
        bare = "%" in quotes and not (reason or SAID_TO_BE_POINTS.search(quotes))
        if record.gap_kind == "absolute-difference" and numbers and unseen and bare:
            yield record.id, "a percentage without a base is an unspecified percentage"


SAID_TO_BE_POINTS = re.compile(r"percentage.point|\d-point|\bpoints\b|\dpp\b|p\.p\.")


def bounds_left_in_words(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield scores given as a range or a bound in words alone, though their source was read."""
    for record in (r for r in records if isinstance(r, Gap)):
        if record.verification in {"abstract", "full-text", "recomputed"}:
            for end in ends(record):
                words = end.as_reported or ""
                bound = words[:1] in {"<", ">"} or words.replace(" %", "").count("-") == 1
                digits = not words.strip("<>0123456789.-% ")
                if bound and digits and words[:1] != "-" and {end.value, end.lowest} == {None}:
                    yield record.id, f"{end.key} has {words} in words alone"


def graded_scores_that_decide(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield scores that people or models grade and that are coded as the decision itself (M1)."""
    for record in (r for r in records if isinstance(r, Gap)):
        for end in record.measurements:
            if "rubric" in end.metric.id and "decision-mediation/output-is-decision" in under(end):
                yield record.id, f"{end.key} is graded, so the output is rated as advice"


def means_over_models_without_n(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps with an interval over models that do not say how many are at both ends."""
    for record in (r for r in records if isinstance(r, Gap)):
        if any(i.sampling_unit == "model" for i in record.intervals):
            scored = [e for e in ends(record) if e.value is not None]
            if any(e.n is None or e.n_unit != "model" for e in scored):
                yield record.id, "a mean over models whose number is not given at both ends"


def names_with_empty_brackets(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards of systems whose names lack what should tell them from others."""
    for record in records:
        if isinstance(record, SystemCard) and "()" in (record.system.name or ""):
            yield record.id, f"{record.system.name} has nothing between its brackets"


REPEATERS = (
    "vukou.com", "booksci.cn", "bohrium.", "researcher.life", "arxivlens.com", "biocloudy.com",
    "medizin.vip", "stage.highwire.org", "staging.scite.ai", "brum.beds.ac.uk", "nukepass.com",
    "preview-www.nature.com", "concepedia.online", "globalauthorid.com", "catalyzex.com",
)  # fmt: skip
"""Hosts that repeat what others published; a source names the work and says where it was read."""


def repeaters_beside_the_work(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps that cite a page which repeats a work beside the address of that work."""
    for record in records:
        urls = [str(s.url) for s in record.sources] if isinstance(record, Gap) else []
        if any("doi.org/" in url for url in urls):
            for url in urls:
                if any(host in url.split("/")[2] for host in REPEATERS):
                    yield record.id, f"{url} repeats a work that is cited beside it"


def percentages_that_a_source_settles(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield percentages called unspecified though a fuller reading, quote or note says points."""
    for record in (r for r in records if isinstance(r, Gap)):
        if record.gap_kind == "unspecified-percentage":
            read = " ".join((*(s.quote or "" for s in record.sources), record.notes or ""))
            if record.verification in FULLER:
                yield record.id, "the text was read, which says what the percentage is of"
            elif SAID_TO_BE_POINTS.search(read):
                yield record.id, "points are said, and the percentage is called unspecified"


def differences_in_percent(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield differences whose unit is percent: rates in percent differ in points (K8)."""
    for record in (r for r in records if isinstance(r, Gap)):
        difference = record.gap_kind.partition("-")[0] in {"absolute", "difference", "undirected"}
        if difference and record.unit == "percent":
            yield record.id, f"a {record.gap_kind} in percent, where points are meant"


MEANS = re.compile(r"whole number|\bmeans?\b|\btrials\b|\bfolds\b|approximate|of the \d+ answers")
"""Words by which a note says why a share is no whole number of what was counted."""
COUNTED = {"accuracy", "task-success", "any-of-several", "sensitivity", "specificity", "behaviour"}
"""Classes of metric whose scores are shares of what was counted."""
PRINTED_SHARE = re.compile(r"\d+(?:\.\d+)? ?%")


def shares_that_no_count_makes(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield scores in percent that are no whole number of their n, with nothing said of it (P5)."""
    for record in (r for r in records if isinstance(r, Gap)):
        said_why = MEANS.search(record.notes or "")
        for end in ends(record) if not said_why else ():
            of_cases = end.n_unit not in {"model", "submission", "study", "physician"}
            rate = end.metric.metric_class in COUNTED | {"outcome-rate"}
            if end.n and of_cases and rate and end.unit == "percent":
                for printed, step in _shares(end):
                    nearest = round(printed * end.n / 100) * 100 / Decimal(end.n)
                    if abs(nearest - printed) > step / 2:
                        yield record.id, f"{printed} % is no whole number of {end.n} ({end.key})"


def _shares(end: Measurement) -> list[tuple[Decimal, Decimal]]:
    """Return the printed shares of a score with their steps."""
    step = end.precision or Decimal("0.01")
    found = [(v, step) for v in (end.value, end.lowest, end.highest) if v is not None]
    words = end.as_reported or ""
    if PRINTED_SHARE.fullmatch(words):
        share = Decimal(words.rstrip(" %"))
        found.append((share, Decimal(1).scaleb(int(share.as_tuple().exponent))))
    return found


def printed_shares_left_in_words(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield findings that are not compared and have a printed share in words alone.

    What is subtracted nowhere can stand as a number, since no two scores have to make a third.
    """
    for record in (r for r in records if isinstance(r, Gap)):
        seen = record.verification in {"abstract", *FULLER}
        for end in ends(record) if seen and record.gap_kind == "not-comparable" else ():
            if end.value is None and PRINTED_SHARE.fullmatch(end.as_reported or ""):
                yield record.id, f"{end.key} has {end.as_reported} in words alone"


COMPUTED = re.compile(r"comput|count|follow from|\bours\b|[Ee]ach score is the mean|mean over")
"""Words by which a note says that the author of the record worked out a score."""


def record_authors_of_one_study(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps of the record's author though one work gives both ends and nothing was computed.

    Who subtracted is arithmetic (K7).
    """
    records = list(records)
    studies = {r.study.id: set(r.reported_in) for r in records if isinstance(r, StudyCard)}
    for record in (r for r in records if isinstance(r, Gap)):
        printed = record.verification in {"abstract", "full-text"}
        if record.measured_by == "record-author" and printed:
            one, other = (studies[e.study.id] if e.study else set() for e in ends(record))
            if one & other and not COMPUTED.search(record.notes or ""):
                yield record.id, f"{min(one & other)} gives both scores"


SAID_OF_VERSIONS = re.compile(r"version|\btrained\b|another (?:one|system)|later model")


def systems_of_two_studies(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield pairs of one system from two works that say nothing of its versions (P6)."""
    records = list(records)
    studies = {r.study.id: set(r.reported_in) for r in records if isinstance(r, StudyCard)}
    for record in (r for r in records if isinstance(r, Gap)):
        one, other = (studies[e.study.id] if e.study else set() for e in ends(record))
        single = record.comparison in PAIRS and len(record.systems) == 1
        if single and not (one & other or SAID_OF_VERSIONS.search(record.notes or "")):
            yield record.id, "the ends are of two works, and nothing is said of versions"


RETOLD = re.compile(r"account(?! of the authors)|\bnews\b|\bpress\b")


def scores_of_accounts_alone(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps seen in a source of which a score stands in quotes of accounts by others alone."""
    for record in (r for r in records if isinstance(r, Gap)):
        if record.verification in {"abstract", *FULLER}:
            cited = [(s.quote or "", bool(RETOLD.search(s.locator or ""))) for s in record.sources]
            for end in ends(record):
                number = re.compile(rf"(?<![\d.]){end.value}(?!\d|\.[1-9])")
                told = {by_others for quote, by_others in cited if number.search(quote)}
                if end.value is not None and told == {True}:
                    yield record.id, f"{end.value} was seen in an account by others alone"


RETELLERS = (
    "SokolAnn/BenchmarkCards", "am-bean/benchmark_review", "argminai.com", "sciencestack.ai",
    "emergentmind.com", "themoonlight.io", "alphaxiv.org", "paperium.net", "wikiwand.com",
    "codesota.com", "aiaaic.org", "vibegraveyard.ai", "centerconsulting.com", "openmfm.org",
    "pubcompare.ai", "brainai.pro", "csccm.org.cn", "dhinsights.org", "jovian.ai",
)  # fmt: skip
"""Pages that retell what makers wrote, so that their own words carry no value (B9)."""
BY_OTHERS = re.compile(
    r"\b(?:account|summary|card|page|notes|review)\b.*\b(?:by|of) others|\bstudy (?:by|of) others"
    r"|\bstudy of \d{4}\b|\blater study\b"
)
THEIR_WORDS = re.compile(r"quote|word for word|\bcop(?:y|ies) of\b|\bin a copy\b")
"""Words by which a place says that the makers' own words, or items, stand on a page of others."""


def answers_of_accounts_alone(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards of which an answer has values, and no source but accounts by others (B9).

    A card that reports what others coded says what they say, and is left out.
    """
    for record in records:
        if isinstance(record, Card) and by_hand(record) and record.author.id == "evalgap":
            for dimension, statement in said(record).items():
                told = [retold(str(s.url), s.locator or "") for s in statement.sources]
                if statement.codings and told and all(told):
                    yield record.id, f"{dimension} rests on accounts by others alone"


def item_counts_of_accounts_alone(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards that take a number of items from accounts by others alone (B9)."""
    for record in records:
        if isinstance(record, Card) and by_hand(record) and record.author.id == "evalgap":
            for count in record.items:
                told = [retold(str(s.url), s.locator or "") for s in count.sources]
                if told and all(told):
                    yield record.id, f"{count.number} {count.unit} is told by others alone"


def reference_groups_alone(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards with a group that is the standard of comparison, and none that is compared."""
    for record in records:
        if isinstance(record, Card):
            coded = _coded(said(record), "subject-population")
            if "reference-group" in coded and "compared-group" not in coded:
                yield record.id, "a reference group is coded, and no compared group"


def one_language_called_several(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards of one language that is not English, and of no variety, coded as several."""
    for record in records:
        if isinstance(record, Card) and by_hand(record):
            coded = _coded(said(record), "language")
            one = len(record.languages) == 1 and record.languages[0] != "en"
            if one and "several-languages" in coded:
                yield record.id, f"{record.languages[0]} alone, and several languages"


HARNESS = re.compile(
    r"lm-evaluation-harness|stanford-crfm/helm|inspect_evals|lighteval", re.IGNORECASE
)
"""Programs of others that run the items of many benchmarks."""


def scorers_of_a_harness_alone(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards whose scorer, or what is decided by it, only a harness of others tells (G1).

    Where the version or the name of the card says that it is of a harness, that is the evaluation.
    """
    for record in records:
        if isinstance(record, Card) and by_hand(record):
            named = f"{record.title} {record.benchmark_version}".casefold()
            for dimension in ("outcome-validity", "decision-mediation"):
                statement = said(record)[dimension]
                run = [bool(HARNESS.search(str(s.url))) for s in statement.sources]
                if statement.codings and run and all(run) and not re.search("helm|harness", named):
                    yield record.id, f"{dimension} rests on a harness, and the version names none"


def retold(address: str, place: str) -> bool:
    """Tell whether a source is a page of others in words of theirs."""
    others = any(host in address for host in RETELLERS) or BY_OTHERS.search(place)
    return bool(others) and not THEIR_WORDS.search(place)


def authors_left_out_of_the_first_end(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield pairs whose first end has some authors or origins of its benchmark, not all (S3)."""
    records = list(records)
    made: dict[str, set[str]] = defaultdict(set)
    for record in records:
        if isinstance(record, Card):
            made[record.benchmark.id] |= {c for a in record.assumptions for c in a.coded()}
    for record in (r for r in records if isinstance(r, Gap) and r.comparison in PAIRS):
        first = under(ends(record)[0])
        for scheme in (AUTHORS, ORIGINS):
            has = {v for v in first if part(v) == scheme}
            lacks = {v for v in made[record.benchmark or ""] if part(v) == scheme} - has
            if has and lacks:
                yield record.id, f"the card of its benchmark has {sorted(lacks)} as well"


def intervals_that_their_counts_deny(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield normal intervals of two counted shares that these do not make."""
    for record in (r for r in records if isinstance(r, Gap)):
        shares = [(e.events / e.n, e.n) for e in ends(record) if e.events is not None and e.n]
        plain = [i for i in record.intervals if i.interval_method == "normal"]
        plain = [i for i in plain if (i.caution or "").startswith("takes the samples")]
        if len(shares) == 2 and record.gap_kind == "absolute-difference":
            whole = 1 if record.unit == "fraction" else 100
            half = 1.96 * sum(p * (1 - p) / n for p, n in shares) ** 0.5 * whole
            value = record.value or Decimal()
            for interval in plain:
                reach = float(interval.upper - value), float(value - interval.lower)
                slack = 0.06 * whole / 100 + float(record.precision or 0) / 2
                if any(abs(side - half) > slack for side in reach):
                    yield record.id, f"reaches {reach[0]:.3f} and {reach[1]:.3f}, not {half:.3f}"


def systems_named_by_their_rank(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield systems called the best or the worst of a study, which says no one which they are."""
    for record in records:
        if isinstance(record, SystemCard) and not record.several:
            if not RANK.search(record.system.name or ""):
                continue
            yield record.system.id, f"{record.system.name} does not say which system it is"


RANK = re.compile(r"^(?:best|worst)\b", re.IGNORECASE)


def numbers_without_interval_or_reason(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield gaps with a number or a range that has no interval and does not say why."""
    for record in records:
        if isinstance(record, Gap) and {record.value, record.lowest} != {None}:
            explained = record.intervals or any("interval" in code for code in record.not_given)
            if not explained:
                yield record.id, "a number without an interval, and not_given has no word on it"


def rules_that_give_another_value(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield codings by a rule of the ontology that does not give their value."""
    table = rule_values()
    for record in records:
        for dimension, statement in _statements(record):
            for coding in statement.codings:
                given = table.get(coding.rule or "")
                if given is not None and not any(akin(coding.code, value) for value in given):
                    yield record.id, f"{dimension}: {coding.rule} does not give {coding.code}"


def open_answers_without_a_place(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards that leave a question open and do not name, once each, where was looked."""
    for record in records:
        if isinstance(record, Card) and record.status != "draft":
            for dimension in CORE_DIMENSIONS:
                statement = said(record)[dimension]
                places = [(c.url, c.locator) for c in statement.looked_in]
                if statement.answer_status in {"not-stated", "partly-answered"} and not places:
                    yield record.id, f"{dimension} is open, and looked_in names nothing"
                if len(places) != len(set(places)):
                    yield record.id, f"{dimension} names one place twice in looked_in"


MEASURE = re.compile(
    r"\bF1 (?:score|points|metric|on our)|\bROUGE\b|\bBLEU\b|word error rate|\bexact match\b",
    re.IGNORECASE,
)


def measures_quoted_and_not_coded(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards whose outcome has no scorer though a passage that they quote names one."""
    for record in records:
        if isinstance(record, Card) and by_hand(record):
            outcome = said(record)["outcome-validity"]
            cited = (*outcome.sources, *outcome.looked_in)
            named = MEASURE.search(" ".join(f"{c.quote or ''} {c.locator or ''}" for c in cited))
            if named and SCORERS not in {part(value) for value in outcome.coded()}:
                yield record.id, f"outcome-validity quotes {named[0]}, and has no scorer"


WRITERS = {
    "crowd-worker": {"crowd"},
    "clinician": {"expert", "layperson-or-patient"},
    "physician": {"expert", "layperson-or-patient"},
    "lawyer": {"expert"},
    "patient": {"layperson-or-patient", "natural-use"},
    "lay-public": {"layperson-or-patient", "natural-use", "crowd"},
}
"""The values of authorship that a group of people who wrote something goes with."""


def populations_that_wrote_nothing(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards that name a group under authorship which no value of theirs makes an author.

    A fit compares the group as that of those who write. Who labelled an item is no author of it.
    """
    for record in records:
        if isinstance(record, Card) and by_hand(record):
            found = said(record)
            wrote = _coded(found, "query-authorship")
            for group in found["query-authorship"].population:
                if not WRITERS.get(group, wrote | {""}) & (wrote | {""}):
                    yield record.id, f"query-authorship names {group}, and no author like that"


def agents_coded_as_one_turn(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards of agents whose turns are a single one and never the steps that they take."""
    for record in records:
        if isinstance(record, Card) and by_hand(record):
            turns = _coded(said(record), "interaction-type")
            agent = any("agent" in word for word in record.keywords)
            if agent and "single-turn" in turns and "agentic" not in turns:
                yield record.id, "an agent, and its steps are coded as one turn"


def readings_without_an_instrument(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards that take readings from a routine record, which nobody composes, unsaid."""
    for record in records:
        if isinstance(record, Card) and by_hand(record):
            found = said(record)
            rules = {c.rule for c in found["query-authorship"].codings}
            read = "sensor-or-numbers" in _coded(found, "modality")
            wrote = _coded(found, "query-authorship")
            if read and "routine-record-is-the-query" in rules and "none" not in wrote:
                yield record.id, "readings are put in, and no author is none"


def steps_without_what_they_do(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards whose turns say what the system does, and that leave its autonomy out."""
    plain = {"single-turn", "few-turn", "fixed-history", "multi-turn", "must-elicit"}
    for record in records:
        if isinstance(record, Card) and by_hand(record):
            found = said(record)
            turns = _coded(found, "interaction-type")
            if turns and (turns <= plain or turns == {"agentic"}) and "autonomy" not in found:
                yield record.id, "turns are coded, autonomy is not"
            if turns == {"agentic"} and "tools-and-knowledge" not in found:
                yield record.id, "an agent, and no word on what it can use"


def tries_and_languages_in_words(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards that say in words alone in which languages, or how often, items are put.

    The values of these two cover whatever a source can say; a fit sees no words.
    """
    for record in records:
        if isinstance(record, Card) and by_hand(record):
            for dimension in ("language", "repetition"):
                statement = said(record).get(dimension)
                if statement and statement.answer and not statement.coded():
                    yield record.id, f"{dimension} is answered, and has no value"


def languages_without_the_dimension(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards that list other languages than English, and leave the dimension out.

    The list says what the texts are in; a fit compares the dimension.
    """
    for record in records:
        if isinstance(record, Card) and by_hand(record):
            coded = _coded(said(record), "language")
            wanted = "several-languages" if len(record.languages) > 1 else "other-language"
            if set(record.languages) - {"en"} and wanted not in coded:
                yield record.id, f"languages {', '.join(record.languages)}, and no {wanted}"


SCORE_OF_TRIES = re.compile(r"\bpass(?:@|\^|_at_)[\dk]", re.IGNORECASE)


def tries_counted_and_not_coded(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards that quote a score over tries (pass@k, pass^k) and leave repetition out."""
    for record in records:
        if isinstance(record, Card) and by_hand(record):
            found = said(record)
            cited = [c for a in found.values() for c in (*a.sources, *a.looked_in)]
            named = SCORE_OF_TRIES.search(" ".join(f"{c.quote} {c.locator}" for c in cited))
            if named and not _coded(found, "repetition"):
                yield record.id, f"quotes {named[0]}, and repetition has no value"


def questions_of_models_without_origin(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards on which a model worded questions and nothing says how these came about.

    Where pictures or readings that nobody composed were taken from earlier sets, and a model made
    the questions about them, what the sets give is the pictures; the questions are test items.
    """
    for record in records:
        if isinstance(record, Card) and by_hand(record):
            wrote = _coded(said(record), "query-authorship")
            origins = wrote & ELICITATION
            if "model" in wrote and not origins:
                yield record.id, "a model is an author, and no elicitation is coded"
            if {"model", "none"} <= wrote and origins == {"taken-from-benchmark"}:
                yield record.id, "a model made questions on pictures, and only these have an origin"


def imitated_people_without_surroundings(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards in which a program plays the person, and whose surroundings are not simulated."""
    for record in records:
        if isinstance(record, Card) and by_hand(record):
            found = said(record)
            played = "simulated-user" in _coded(found, "query-authorship")
            rules = {c.rule for c in found["interaction-type"].codings}
            acted = played or "simulated-dialogue-protocol" in rules
            if acted and "simulated" not in _coded(found, "environment"):
                yield record.id, "a program plays the person, and no environment is simulated"


def figures_from_memory(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards whose version gives a figure that nobody looked up."""
    for record in records:
        if isinstance(record, Card) and "memory" in (record.benchmark_version or ""):
            yield record.id, "the version gives a figure from memory"


def rules_without_their_condition(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards that take a value by a rule of which their own codes deny the condition."""
    for record in records:
        if isinstance(record, Card) and by_hand(record):
            found = said(record)
            how, scored = _coded(found, "query-authorship"), _coded(found, "outcome-validity")
            rules = {c.rule for a in found.values() for c in a.codings}
            if "examination-items-are-self-contained" in rules and "examination" not in how:
                yield record.id, "completeness is that of an examination, the questions are not"
            between = _coded(found, "decision-mediation")
            graded = scored & GRADED and not scored & (KEYED | {"model-judge"})
            if graded and _people(between) and "output-is-decision" in between:
                yield record.id, "the output is graded by people, and no key makes it the decision"


def rules_left_out(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards on which codes meet the condition of a rule whose value they lack.

    An answer in words says why the rule is not taken, and counts.
    """
    for record in records:
        if isinstance(record, Card) and by_hand(record):
            found = said(record)
            for sentence in (*_complete(found), *_elicit(found), *_mediation(found)):
                yield record.id, sentence


OUTCOMES, SCORERS = "outcome-validity-consequence", "outcome-validity-scorer"
AUTHORS, ORIGINS = "query-authorship-author", "query-authorship-elicitation"


def parts_left_open_in_full_answers(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards that call a question answered though one of its two parts has no value.

    What an output is scored by belongs to the outcome, and who wrote a query to its origin. If a
    source does not say it, the question is answered in part.
    """
    both = (("outcome-validity", OUTCOMES, SCORERS), ("query-authorship", AUTHORS, ORIGINS))
    for record in records:
        if isinstance(record, Card) and by_hand(record):
            for dimension, *parts in both:
                statement = said(record)[dimension]
                coded = {part(value) for value in statement.coded()}
                for missing in set(parts) - coded if coded & set(parts) else ():
                    if statement.answer_status == "answered":
                        yield record.id, f"{dimension} is answered, but {missing} is open"


SIBLINGS = (
    ("medqa", "medmcqa"), ("tau-bench", "tau2-bench"), ("bird", "ehrsql"), ("slake", "vqa-rad"),
    ("humaneval", "mbpp"), ("humaneval", "livecodebench"), ("humaneval", "bigcodebench"),
    ("mmlu", "mmlu-pro"), ("mmlu", "mmlu-clinical"), ("craft-md", "mediq"), ("webarena", "osworld"),
)  # fmt: skip
"""Benchmarks that a reader takes for the same kind."""


def siblings_that_differ_without_a_word(records: Iterable[Record]) -> Iterator[Finding]:
    """Yield cards of like benchmarks that are coded otherwise, where no note names the other."""
    cards = {r.benchmark.id: r for r in records if isinstance(r, Card) and by_hand(r)}
    for pair in SIBLINGS:
        one, other = (cards[ident] for ident in pair)
        differ = [
            d for d in CORE_DIMENSIONS if set(said(one)[d].coded()) != set(said(other)[d].coded())
        ]
        if differ and not (_names(one, other) or _names(other, one)):
            yield one.id, f"unlike {other.id} on {', '.join(sorted(differ))}, and no note says why"


def _given(figure: Gap | Measurement) -> bool:
    return {figure.value, figure.lowest} != {None}


def _names(card: Card, other: Card) -> bool:
    names = {other.benchmark.id, other.title, other.abbreviation or other.title}
    return any(name.casefold() in (card.notes or "").casefold() for name in names)


def by_hand(card: Card) -> bool:
    """Tell whether somebody coded all questions, not a reader the columns of a codebook."""
    rules = {c.rule or "" for a in card.assumptions for c in a.codings}
    return card.status != "draft" and not any(rule.startswith("codebook-") for rule in rules)


def _complete(found: Mapping[str, Statement]) -> Iterator[str]:
    """Items of an examination, and keyed ones that were written as items, stand alone."""
    turns = _coded(found, "interaction-type")
    how, open_ = _coded(found, "query-authorship"), found["information-completeness"]
    if turns & ANSWERED_BY_SOMEBODY or open_.codings or open_.answer:
        return
    if "examination" in how:
        yield "examination-items-are-self-contained holds, completeness is open"
    rules = {c.rule for c in found["outcome-validity"].codings}
    if how & ELICITATION == {"written-for-evaluation"} and "answer-key-scoring" in rules:
        yield "keyed-items-stand-alone may hold, completeness is open"


ELICITATION = {
    "written-for-evaluation", "examination", "taken-from-benchmark", "translated",
    "asked-for-by-study", "natural-use", "taken-from-text", "user-written",
}  # fmt: skip


def _elicit(found: Mapping[str, Statement]) -> Iterator[str]:
    """What is given only on request has to be elicited."""
    rules = {c.rule for c in found["information-completeness"].codings}
    inquiry = _coded(found, "interaction-type")
    if "facts-revealed-on-request" in rules and "must-elicit" not in inquiry:
        yield "held-back-facts-must-be-elicited holds, must-elicit is not coded"


def _mediation(found: Mapping[str, Statement]) -> Iterator[str]:
    """A key asks for the output as decision, a grade for the output as advice."""
    scored, between = _coded(found, "outcome-validity"), _coded(found, "decision-mediation")
    open_ = found["decision-mediation"]
    if open_.answer and not open_.codings:
        return
    if scored & KEYED and not between & {"output-is-decision", "simulated-decider"}:
        yield "scored-output-is-decision holds, mediation says otherwise"
    if scored & GRADED and "output-rated-as-advice" not in between and not _people(between):
        yield "rated-output-without-decision holds, mediation says otherwise"


def _people(between: set[str]) -> bool:
    return any(value.startswith("human") for value in between)


def _coded(found: Mapping[str, Statement], dimension: str) -> set[str]:
    return values_on(dimension, found[dimension].coded()) if dimension in found else set()


def _statements(record: Record) -> list[tuple[str, Statement]]:
    return list(said(record).items()) if isinstance(record, Card | Profile) else []


@cache
def rule_values() -> dict[str, frozenset[str]]:
    """Return the values that each derivation rule gives, as the ontology lists them."""
    graph, found = graphs.taxonomy(), defaultdict(set)
    for rule, value in graph.subject_objects(EGAP.yields):
        found[str(graph.value(rule, SKOS.notation))].add(str(value).removeprefix(f"{BASE}value/"))
    return {rule: frozenset(values) for rule, values in found.items()}


def part(value: str) -> str:
    """Return the scheme of a value, which is its dimension or one part of it."""
    found = graphs.taxonomy().value(_iri(value), SKOS.inScheme)
    return last_segment(found) if found else ""


def akin(one: str, other: str) -> bool:
    """Tell whether two values are the same or one is broader than the other."""
    a, b = _iri(one), _iri(other)
    wider = [set(graphs.taxonomy().transitive_objects(v, SKOS.broader)) for v in (a, b)]
    return b in wider[0] or a in wider[1]


def _iri(value: str) -> URIRef:
    return URIRef(f"{BASE}value/{value}")
