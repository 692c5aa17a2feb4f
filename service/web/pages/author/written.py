"""A card as it was written in the form: judged, and stored for who has a token."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from loaders.contract import Document, Raw, RecordProblem
from loaders.model import Card
from service.access import Caller
from service.common.problems import Conflict, Invalid
from service.fit.claims import BenchmarkClaims
from service.ingest import alone
from service.ingest.checking import Deadline
from service.proposals import decisions
from service.proposals.queue import SentProposal
from service.records import repository
from service.store.port import Engine
from service.web.dependencies import Services, writing
from service.web.pages.author import draft, judging, names
from service.web.pages.author.form import Typed, one
from service.web.pages.author.view import JudgedDocument


@dataclass(frozen=True)
class WrittenCard:
    """What was typed, the card it was opened from, and, once `checked`, what was found.

    `at` are the problems by field, `same` the benchmarks of the same name that are here already.
    """

    given: Typed
    base: Card | None
    found: Sequence[JudgedDocument] = ()
    read: Sequence[Document] = ()
    at: Mapping[str, list[RecordProblem]] = field(default_factory=dict)
    same: Sequence[BenchmarkClaims] = ()
    data: bytes = b""
    """The file that it makes."""
    checked: bool = False

    @property
    def valid(self) -> bool:
        """Whether it may be stored as it is."""
        return bool(self.found) and not self.at and all(one.valid for one in self.found)

    @property
    def ident(self) -> str:
        """What the card is called: benchmark and author."""
        return f"{one(self.given, 'benchmark')}/{one(self.given, 'author')}"


def opened(engine: Engine, ident: str) -> Card | None:
    """Return the stored card that is to be corrected. Raises `NotFound`."""
    if not ident:
        return None
    record = repository.load(engine, "card", ident).record
    assert isinstance(record, Card)  # noqa: S101 - what the store holds under card/
    return record


def begun(given: Typed, base: Card | None) -> WrittenCard:
    """Return a card that nobody has checked yet."""
    return WrittenCard(given, base)


def judged(services: Services, typed: Typed, deadline: Deadline) -> WrittenCard:
    """Return what was typed with its short names, and what an import would make of it."""
    base = opened(services.engine, one(typed, "card"))
    given = names.named(services.engine, typed)
    tree = draft.tree(given, base)
    data = json.dumps(tree, ensure_ascii=False, default=str).encode(errors="replace")
    found, read = judging.judge(services, Raw("form.json", data), deadline)
    problems = [p for each in found for p in each.outcome.problems]
    clashes = names.placed(names.clashes(services.engine, given, typed, base))
    at = {**draft.placed(problems, tree, given), **clashes}
    mine = base.benchmark.id if base else ""
    same = [b for b in names.alike(services.engine, given) if b.id != mine]
    return WrittenCard(given, base, found, read, at, same, data, checked=True)


def proposal(card: WrittenCard) -> SentProposal:
    """Return a card that is valid as it is sent for review. Raises `BadRequest`."""
    decisions.proposable(card.read)
    title = f"{one(card.given, 'title')} ({card.ident})"
    shown_by = one(card.given, "shown_by")
    return SentProposal(title, one(card.given, "author_name"), shown_by, card.data.decode())


def store(services: Services, caller: Caller, card: WrittenCard) -> str:
    """Store a card that is valid and return its id. Raises `Invalid` and `Conflict`."""
    with writing(services, caller, "author form", card.ident) as write:
        base = card.base.id if card.base else ""
        # somebody else may have stored one since it was judged
        if card.ident != base and names.stored(
            services.engine, one(card.given, "benchmark"), one(card.given, "author")
        ):
            raise Conflict(f"The card {card.ident} has been stored meanwhile. Open it instead.")
        for document in card.read:
            outcome = alone.imported(services.engine, services.gate, document, write.entry)
            if outcome.problems:
                raise Invalid(outcome.problems[0].sentence())
    return card.ident
