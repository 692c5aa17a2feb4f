"""A batch gives what plain pySHACL gives: on our examples, on records, on broken records.

Run with EVALGAP_DIFFERENTIAL=all for every example, every real card and 500 broken records
(some 10 minutes); the usual run takes a sample of each.
"""

import os
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from rdflib import RDF, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from loaders.contract import Document, Raw
from loaders.mapping.iris import EGAP
from loaders.mapping.write import triples
from loaders.reading.files import raw_records
from loaders.registry import read
from service.ingest.seeding import shipped_files
from service.ontology import graphs
from service.validation import validator as shacl
from service.validation.gate import bisected
from service.validation.pyshacl_batch import BatchValidator, understood
from service.validation.validator import Triple
from tests.conftest import SHARED
from tests.validation.both_ways import as_it_comes, in_a_batch

HERE = Path(__file__).parent
ALL = os.environ.get("EVALGAP_DIFFERENTIAL") == "all"
SEED = 20260522

Written = list[Triple]


@pytest.fixture(scope="module")
def validator() -> BatchValidator:
    return BatchValidator(graphs.shapes(), graphs.taxonomy())


def compare(validator: BatchValidator, records: Sequence[Written]) -> None:
    """Compare a batch; where pySHACL raises, its halves, down to the record that makes it."""
    together = [triple for record in records for triple in record]
    expected = as_it_comes(graphs.shapes(), graphs.taxonomy(), together)
    found = in_a_batch(validator, together)
    if isinstance(expected, str) and len(records) > 1:
        assert isinstance(found, str)
        half = len(records) // 2
        compare(validator, records[:half])
        compare(validator, records[half:])
    else:
        assert found == expected


def examples() -> list[Path]:
    paths = sorted(HERE.glob("good/*.ttl")) + sorted(HERE.glob("bad/*.ttl"))
    return paths if ALL else random.Random(SEED).sample(paths, 10)  # noqa: S311


@pytest.mark.parametrize("path", examples(), ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_an_example_alone(validator: BatchValidator, path: Path) -> None:
    compare(validator, [list(Graph().parse(path, format="turtle"))])


@pytest.mark.parametrize("folder", ["good", "bad"])
def test_all_examples_in_one_batch(validator: BatchValidator, folder: str) -> None:
    paths = sorted(HERE.glob(f"{folder}/*.ttl"))
    compare(validator, [[t for path in paths for t in Graph().parse(path, format="turtle")]])


def test_the_shapes_and_pyshacl_are_those_that_batches_are_made_for() -> None:
    assert understood(graphs.shapes())


def written(raws: Iterator[Raw]) -> list[Written]:
    documents = (read(raw) for raw in raws)
    records = (r for d in documents if isinstance(d, Document) for r in d.records)
    return [list(triples(record, 1)) for record in records]


def shipped() -> list[Written]:
    raws = [Raw(path.name, path.read_bytes()) for path in shipped_files()]
    return written(iter(raws if ALL else random.Random(SEED).sample(raws, 30)))  # noqa: S311


def real() -> list[Written]:
    raws = [r for r in raw_records([SHARED / "cards"]) if isinstance(r, Raw)]
    return written(iter(raws if ALL else random.Random(SEED).sample(raws, 100)))  # noqa: S311


def in_batches(records: Sequence[Written], size: int) -> Iterator[Sequence[Written]]:
    return (records[i : i + size] for i in range(0, len(records), size))


def test_the_shipped_records(validator: BatchValidator) -> None:
    for batch in in_batches(shipped(), 100):
        compare(validator, batch)


@pytest.mark.usefixtures("real_cards")
def test_real_cards(validator: BatchValidator) -> None:
    for batch in in_batches(real(), 100):
        compare(validator, batch)


ODD = (
    Literal("NaN", datatype=XSD.decimal), Literal("x" * 300), Literal(""), Literal(-1),
    Literal("2020-01-01", datatype=XSD.date), Literal("1e400", datatype=XSD.double),
    Literal("wort", lang="de"), Literal("ill", datatype=XSD.integer), Literal(True),  # noqa: FBT003
    URIRef("https://w3id.org/evalgap/value/interaction-type/multi-turn"), RDF.nil, BNode("odd"),
)  # fmt: skip


def dropped(record: Written, chance: random.Random) -> Written:
    kept = list(record)
    kept.remove(chance.choice(kept))
    return kept


def doubled(record: Written, chance: random.Random) -> Written:
    subject, predicate, _ = chance.choice(record)
    return [*record, (subject, predicate, any_term(record, chance))]


def replaced(record: Written, chance: random.Random) -> Written:
    subject, predicate, _ = old = chance.choice(record)
    return [*dropped_one(record, old), (subject, predicate, any_term(record, chance))]


def moved(record: Written, chance: random.Random) -> Written:
    _, predicate, value = old = chance.choice(record)
    return [*dropped_one(record, old), (chance.choice(record)[0], predicate, value)]


def retyped(record: Written, chance: random.Random) -> Written:
    subject = chance.choice(record)[0]
    types = [o for _, p, o in record if p == RDF.type]
    return [*record, (subject, RDF.type, chance.choice(types))]


def dropped_one(record: Written, old: Triple) -> Written:
    return [triple for triple in record if triple is not old]


def any_term(record: Written, chance: random.Random) -> Node:
    return chance.choice([*ODD, *(o for _, _, o in chance.choices(record, k=5))])


def misnumbered(record: Written, chance: random.Random) -> Written:
    """Put an odd term where a number stands: at many of them pySHACL raises."""
    numbers = [t for t in record if isinstance(t[2], Literal) and t[2].datatype == XSD.decimal]
    if not numbers:
        return record
    subject, predicate, _ = old = chance.choice(numbers)
    return [*dropped_one(record, old), (subject, predicate, chance.choice(ODD))]


BREAKS: tuple[Callable[[Written, random.Random], Written], ...] = (
    dropped, doubled, replaced, moved, retyped, misnumbered,
)  # fmt: skip


def without_order(records: Sequence[Written]) -> tuple[int, Written]:
    """Return the place of the first record with an interval, and it with a bound that is none."""
    place, bound = next(
        (i, t) for i, record in enumerate(records) for t in record if t[1] == EGAP["lower"]
    )
    odd: Triple = (bound[0], bound[1], Literal("NaN", datatype=XSD.decimal))
    return place, [odd if t is bound else t for t in records[place]]


def broken(number: int) -> list[Written]:
    """Return records with one to five faults each, the first one such that pySHACL raises.

    They are the same every time, as long as the shipped records are.
    """
    chance = random.Random(SEED)  # noqa: S311
    sound = shipped()
    result = [without_order(sound)[1]]
    for index in range(number - 1):
        record = sound[index % len(sound)]
        for _ in range(chance.randint(1, 5)):
            record = chance.choice(BREAKS)(record, chance)
        result.append(record)
    return result


def test_broken_records(validator: BatchValidator) -> None:
    records = broken(500 if ALL else 20)
    for batch in in_batches(records, 20):
        compare(validator, batch)


def test_broken_records_are_really_broken(validator: BatchValidator) -> None:
    verdicts = [in_a_batch(validator, record) for record in broken(120)]
    assert sum(bool(v) for v in verdicts) > 80
    assert any(isinstance(v, str) for v in verdicts)


def test_a_record_that_pyshacl_cannot_judge_is_the_only_one_refused() -> None:
    records = shipped()
    worst, odd = without_order(records)
    records[worst] = odd
    verdicts = bisected(records, [], shacl.validate)
    undecided = [i for i, v in enumerate(verdicts) if v and "could not decide" in v[0].message]
    assert undecided == [worst]
    assert len(verdicts) == len(records)
