"""What tools answer: in brief, with IRIs, basis and dates, within a budget of bytes."""

from collections.abc import Callable, Sequence
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, RootModel

from loaders.mapping.iris import BASE
from loaders.model import (
    NO_INTERVAL,
    Citation,
    DatedRecord,
    Description,
    Estimate,
    Profile,
    Statement,
    interval_words,
)
from service.common.digits import printed
from service.ingest.seeding import stored_release
from service.store.port import Engine

BRIEF = 4_000
"""Bytes of an answer as JSON, unless the caller gives another budget."""
FEWEST, MOST = 1_000, 64_000
_LONGEST = 300
"""Characters of a text in a brief answer."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


_Found = TypeVar("_Found")


class ToolAnswer(_Part):
    """What every answer has: how many items there are, where the next begin, and which data.

    Each has `items` of its own besides, the last of its fields. `release` is the day and the digest
    of the shipped records that the store was filled with.
    """

    release: str | None = Field(None, description="day and digest of the shipped records")
    total: int = Field(0, description="how many items there are")
    next_offset: int | None = Field(
        None, description="more items: ask again with this offset, or with a larger budget"
    )
    left_out: list[str] | None = Field(None, description="records that cannot be read")

    def within(
        self,
        make: Callable[[_Found], BaseModel],
        found: Sequence[_Found],
        page: tuple[int, int],
        total: int | None = None,
    ) -> Self:
        """Return the answer with items of what was found, as many as there is room for.

        `page` is where they begin and how many bytes the answer may have; one is there in any
        case, and no more are made than are shown. `total` is how many there are, if not all of
        them are in `found`.
        """
        offset, budget = page
        many = len(found) if total is None else total
        room, shown = budget - len(written(self)) - _ROOM, list[BaseModel]()
        for one in found[offset:]:
            item = make(one)
            room -= len(written(item)) + 1
            if room < 0 and shown:
                break
            shown.append(item)
        end = offset + len(shown)
        update = {"items": shown, "total": many, "next_offset": end if end < many else None}
        return self.model_copy(update=update)


_NO_ITEMS: Any = Field(default_factory=list)
_ROOM = 60
"""Bytes of the counts, which are known last."""


def written(answer: BaseModel) -> str:
    """Return an answer as JSON, without what is not known."""
    return answer.model_dump_json(exclude_none=True)


class CodeWithBasis(_Part):
    """A coded value and how it is known."""

    code: str
    basis: str = Field(description="stated, derived (by a rule) or hinted; a hint never counts")
    rule: str | None = None


class CitedPlace(_Part):
    """A place in a source."""

    url: str
    locator: str | None = None
    quote: str | None = None


class DescribedCard(_Part):
    """A version of a card or profile: who describes a benchmark or a use, and when."""

    iri: str
    author: str
    origin: str | None = Field(None, description="designer, practitioner, third-party or machine")
    status: str
    issued: str | None = None
    checked: str | None = Field(None, description="when it was last compared with its sources")
    assumes: dict[str, list[CodeWithBasis]] | None = Field(
        None, description="codes by assumption; one that is left out is not stated (unknown)"
    )


class FoundBenchmark(_Part):
    """A benchmark that was found, with its cards."""

    iri: str
    id: str
    title: str
    domains: list[str]
    cards: list[DescribedCard]


class FoundBenchmarks(ToolAnswer):
    """Benchmarks, the best match first."""

    items: list[FoundBenchmark] = _NO_ITEMS


class CardAssumption(_Part):
    """What a card says of one assumption."""

    dimension: str
    card: str | None = Field(None, description="the IRI of the card, where there are several")
    basis: str = Field(
        description="the best basis of an answer: stated, derived, in words, hinted, claimed (no "
        "source), not applicable; not stated is unknown"
    )
    values: list[CodeWithBasis] | None = None
    answer: str | None = None
    sources: list[CitedPlace] | None = None
    more_sources: int | None = None


class BenchmarkCards(ToolAnswer):
    """A benchmark with its cards; the items are their assumptions."""

    iri: str
    title: str
    description: str | None = None
    publications: list[str] | None = None
    cards: list[DescribedCard]
    items: list[CardAssumption] = _NO_ITEMS


class FittedBenchmark(_Part):
    """How one benchmark fits a use."""

    iri: str
    title: str
    rank: int | None = None
    verdicts: dict[str, str] = Field(
        description="holds, partially-holds, violated, unknown, disputed or not-applicable"
    )
    asserted: int = Field(description="how many verdicts are an assessor's; the others by rule")
    cards: list[DescribedCard]


class DeploymentMatch(ToolAnswer):
    """How benchmarks fit a use; the items are those that answer enough to have a rank."""

    use: str = Field(description="the IRI of the deployment, or what the description is called")
    title: str
    finding: str
    in_use: dict[str, list[CodeWithBasis]]
    profiles: list[DescribedCard] | None = Field(None, description="who describes the use")
    test_first: list[str] = Field(description="assumptions to test, in this order")
    too_little: int = Field(description="benchmarks that answer too little to have a rank")
    note: str
    items: list[FittedBenchmark] = _NO_ITEMS


class CheckedUse(_Part):
    """One assumption of a claim: the benchmark's, that of the use, and whether it holds there."""

    dimension: str
    verdict: str
    how: str = Field(description="asserted by an assessor, or derived by the rule")
    rule: str
    assumed: list[CodeWithBasis]
    in_use: list[CodeWithBasis]


class LossFigure(_Part):
    """A loss that was measured where these assumptions changed."""

    gap: str = Field(description="the IRI of the gap")
    changed: list[str]
    points: float = Field(description="percentage points; a gain is negative")
    interval: str
    n: str
    studies: list[str]
    where: str = Field(description="here (in this use), same-domain or elsewhere")
    verified: str


class ClaimCheck(ToolAnswer):
    """What a score assumed and what of it breaks in a use; the items are measured losses."""

    headline: str
    summary: str
    benchmark: str
    use: str
    assumptions: list[CheckedUse]
    disputes: list[str] | None = None
    not_said: list[str]
    items: list[LossFigure] = _NO_ITEMS


class LadderRung(_Part):
    """A condition of a gap: its score, and what was lost on the way to it."""

    condition: str
    score: float | None = None
    unit: str
    n: int | None = None
    lost: float | None = Field(None, description="in the unit of the gap; a gain is negative")
    interval: str | None = None
    changed: list[str] | None = None
    codes: list[str] | None = None


class ExplainedGap(ToolAnswer):
    """A measured gap; the items are its conditions in order, with what each change lost."""

    iri: str
    title: str
    value: float | None = Field(None, description="positive: a loss")
    as_reported: str | None = None
    unit: str
    interval: str
    n: int | None = None
    kind: str
    verified: str = Field(description="what the numbers were checked against")
    status: str
    issued: str | None = None
    checked: str | None = None
    benchmark: str | None = None
    deployment: str | None = None
    systems: list[str]
    metric: str
    changed: list[str]
    method: str | None = Field(None, description="how it was decomposed; null: it was not")
    counts: bool = Field(description="whether it is in counts and pools")
    contradicted_by: list[str] | None = None
    notes: str | None = None
    sources: list[CitedPlace]
    items: list[LadderRung] = _NO_ITEMS


class StudyPoint(_Part):
    """What the figures of one study say of an assumption."""

    studies: list[str]
    direction: str
    changed_alone: bool
    figures: int
    gaps: list[str]


class PooledEvidence(_Part):
    """Studies of one class of metric, pooled if the protocol allows it."""

    metric_class: str
    studies: int
    mean: float | None = Field(None, description="points lost; positive is a loss")
    interval: str | None = None
    not_pooled_because: str | None = None


class AssumptionEvidence(ToolAnswer):
    """What was measured where one assumption changed; the items are studies."""

    dimension: str
    figures: int
    directions: dict[str, int]
    pooled: list[PooledEvidence]
    protocol: str
    note: str
    items: list[StudyPoint] = _NO_ITEMS


class ToolRow(RootModel[dict[str, Any]]):
    """A row by column; what is unbound is left out."""


class RowAnswer(ToolAnswer):
    """Rows of a question or a query."""

    question: str | None = None
    about: str | None = None
    sparql: str | None = Field(None, description="where the query itself is shown")
    columns: list[str] | None = Field(None, description="where there are no rows")
    boolean: bool | None = None
    items: list[ToolRow] = _NO_ITEMS


class KeptDraft(ToolAnswer):
    """A draft that was stored: a machine's hints, which count nowhere."""

    iri: str
    author: str
    status: str
    origin: str
    basis: str
    source_sha256: str
    quotes_checked: int
    note: str
    items: list[CardAssumption] = _NO_ITEMS


def codes_of(statement: Statement) -> list[CodeWithBasis]:
    """Return the codes of a statement, each with its basis."""
    return [
        CodeWithBasis(code=c.code.rpartition("/")[2], basis=c.basis, rule=c.rule)
        for c in statement.codings
    ]


def card_of(iri: str, card: Description | Profile, *, codes: bool = False) -> DescribedCard:
    """Return who describes what, and with `codes` what a card says."""
    said = card.assumptions if isinstance(card, Description) else ()
    coded = {a.dimension: codes_of(a) for a in said if a.codings}
    return DescribedCard(
        iri=iri,
        author=card.author.name,
        origin=card.origin,
        status=card.status,
        assumes=coded if codes else None,
        **dates(card),
    )


def dates(record: DatedRecord) -> dict[str, str | None]:
    """Return the days on which a record was issued and last checked."""
    return {
        "issued": str(record.issued) if record.issued else None,
        "checked": str(record.checked) if record.checked else None,
    }


def release(engine: Engine) -> str | None:
    """Return which shipped records a store was filled with."""
    found = stored_release(engine)
    return found.short if found else None


def clipped(text: str | None, most: int = _LONGEST) -> str | None:
    """Return a text, or as much of it as a brief answer holds."""
    return text if text is None or len(text) <= most else f"{text[:most].rstrip()}…"


def cited(sources: Sequence[Citation], most: int) -> list[CitedPlace]:
    """Return places in sources, those with a quote first."""
    first = sorted(sources, key=lambda s: s.quote is None)[:most]
    return [CitedPlace(url=s.url, locator=s.locator, quote=s.quote) for s in first]


def interval_of(estimate: Estimate) -> str:
    """Return the widest interval of an estimate in words, with why not to lean on it."""
    widest = max(estimate.intervals, key=lambda i: i.upper - i.lower, default=None)
    if widest is None:
        return NO_INTERVAL if "interval-not-seen" not in estimate.not_given else "no interval seen"
    ends = printed(widest.lower), printed(widest.upper)
    words = interval_words(*ends, widest.level, widest.interval_method, widest.sampling_unit)
    return f"{words}; {widest.caution}" if widest.caution else words


def iri_of(path: str) -> str:
    """Return the IRI of a path below the base."""
    return f"{BASE}{path}"
