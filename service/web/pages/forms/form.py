"""A form for one kind of record: what is typed as a record, and each problem at its field.

The forms of the pages are subclasses; `written` judges and stores what they make, `endpoints`
serves them.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

from loaders.contract import RecordProblem
from loaders.model import Agent, Record, Statement
from loaders.reading.cleaning import slug
from service.ontology.labels import plain_name
from service.store.port import Engine
from service.web.pages.forms import names, statements
from service.web.pages.forms.fields import (
    FormField,
    Typed,
    field,
    filled,
    first_of,
    one,
    questions,
)
from service.web.pages.forms.view import concerns

UNDECIDED = "in-review"
"""How far a record is whose author does not say so: put forward, and nobody has accepted it."""
WHO = {
    "author": "Your short name, for the address of what you write",
    "author_name": "Your name",
    "origin": "In what capacity you write",
    "status": "How far it is",
}
"""What the fields are called that every form ends with."""
_OF_THE_AUTHOR = {"issued", "checked", "withdrawal", "reinstatement"}
"""Dates and decisions of a record, which are none of a record of another author."""
_ROW = re.compile(r"(?:assumptions|characteristics|assessments)/(\d+)(?:/(.+))?")
_OF_A_SOURCE = re.compile(r"(?:locator|quote|url)(-\d+)?$")
_SHORT_NAME = "Give a short name: lower-case Latin letters and digits, joined by hyphens."


class RecordForm(ABC):
    """What one form asks, and how what is typed becomes a record.

    `shapes` are the property shapes behind its fields, `names` what fields are called and `needed`
    (`part_needed`: of each question) what is said of one that was left open. `short_names` are
    made of other fields. `listed` is the list of the API that has such records as files.
    """

    kind: ClassVar[str]
    listed: ClassVar[str] = ""
    address: ClassVar[str]
    template: ClassVar[str]
    takes: ClassVar[tuple[str, ...]] = ()
    about: ClassVar[str]
    has_done: ClassVar[str]
    shapes: ClassVar[Mapping[str, str]]
    names: ClassVar[Mapping[str, str]]
    needed: ClassVar[Mapping[str, str]] = {}
    part_needed: ClassVar[Mapping[str, str]] = {}
    short_names: ClassVar[Mapping[str, str]] = {"author": "author_name"}
    model_names: ClassVar[Mapping[str, str]] = {}
    source_parts: ClassVar[tuple[str, ...]] = statements.SOURCE

    @cached_property
    def head(self) -> Mapping[str, FormField]:
        """The fields that a shape describes."""
        return {name: field(shape) for name, shape in self.shapes.items()}

    @abstractmethod
    def begun(self, engine: Engine, requested: Typed) -> Typed:
        """Return what a new form is opened with, by the parameters of its address."""

    @abstractmethod
    def typed(self, record: Record) -> Typed:
        """Return a stored record as it would have been typed, without what all forms have."""

    @abstractmethod
    def fields(self, given: Typed, base: Record | None) -> dict[str, Any]:
        """Return what was typed as fields of the model, without what all forms have."""

    @abstractmethod
    def ident(self, given: Typed) -> str:
        """Return the id of the record."""

    @abstractmethod
    def title(self, given: Typed) -> str:
        """Return what the record is called where it waits for review, and once it is stored."""

    @abstractmethod
    def home(self, record: Record) -> tuple[str, str]:
        """Return the address of the page that shows a record, and the words of the link."""

    def draft(self, given: Typed) -> str:
        """Return what tells drafts of new records apart in a browser: what they are about."""
        del given
        return ""

    def shown(self, engine: Engine, given: Typed, base: Record | None) -> Mapping[str, Any]:
        """Return what the page shows beside the fields."""
        del engine, given, base
        return {}

    def named(self, engine: Engine, given: Typed) -> Typed:
        """Return what was typed with short names where none were given."""
        return {**given, "author": [names.author(engine, given)]}

    def made(self, given: Typed) -> Typed:
        """Return what was typed with a note of what each short name belongs to."""
        notes = {
            f"{short}_made": [f"{one(given, short)} {one(given, long)}"]
            for short, long in self.short_names.items()
        }
        return {**given, **notes}

    def unmade(self, given: Typed) -> Typed:
        """Return what was typed without short names made of a name that was changed since."""
        changed = {
            short: [""]
            for short, long in self.short_names.items()
            for ours, _, of in [one(given, f"{short}_made").partition(" ")]
            if ours == one(given, short) and of and of != one(given, long)
        }
        return {**given, **changed}

    def clashes(
        self, engine: Engine, given: Typed, typed: Typed, base: Record | None
    ) -> Mapping[str, str]:
        """Return, by field, why it cannot be stored under its names before its author looks.

        `typed` is what was sent, before `named`.
        """
        del typed
        ident = self.ident(given)
        if ident == (base.id if base else "") or not names.stored(engine, self.kind, ident):
            return {}
        return {
            "author": f"An author of this short name has {self.has_done} already. If that is you, "
            f"open it at {self.address}?{self.kind}={ident}; if not, choose another short name."
        }

    def tree(self, given: Typed, base: Record | None) -> dict[str, Any]:
        """Return what was typed as an EvalGap file; further fields stay as in `base`."""
        author = {"id": one(given, "author"), "name": one(given, "author_name")}
        mine = base is not None and author_of(base).id == author["id"]
        before = base.model_dump(exclude=None if mine else _OF_THE_AUTHOR) if base else {}
        record = {
            **before,
            **self.fields(given, base),
            "kind": self.kind,
            "id": self.ident(given),
            "author": author,
            "origin": one(given, "origin"),
            "status": one(given, "status") or UNDECIDED,
        }
        return {"evalgap": 1, "records": [filled(record)]}

    def as_typed(self, record: Record) -> Typed:
        """Return a stored record as it would have been typed."""
        author = author_of(record)
        plain = {
            "author": author.id,
            "author_name": author.name,
            "origin": getattr(record, "origin", None),
            "status": record.status,
            "notes": getattr(record, "notes", None),
        }
        return {**first_of(plain), **self.typed(record)}

    def placed(
        self, problems: Sequence[RecordProblem], tree: Mapping[str, Any], given: Typed
    ) -> dict[str, list[RecordProblem]]:
        """Return the problems by the name of the field that each is about; "" for none of them.

        Of a needed field that was left open, the form says itself what is missing.
        """
        (record,) = tree["records"]
        rows = [r for name in _ROWS for r in record.get(name, ())]
        order = [row["dimension"] for row in rows]
        found: dict[str, list[RecordProblem]] = {}
        within = f"records/{record.get('id', 1)}/"
        for given_as in problems:
            problem = replace(given_as, field=given_as.field.removeprefix(within))
            found.setdefault(self._place(problem, order, given), []).append(problem)
        if set(found) > {""}:  # the id is made of fields, each with its own message
            found[""] = [p for p in found.get("", ()) if p.field != "id"]
        self._in_words_of_the_form(found, given)
        return {name: words for name, words in found.items() if words}

    def _in_words_of_the_form(self, found: dict[str, list[RecordProblem]], given: Typed) -> None:
        """Say what is missing as the form calls it; what is made of that is left out."""
        for name in list(found):
            if _OF_A_SOURCE.search(name) and not one(given, _OF_A_SOURCE.sub(r"url\1", name)):
                found[name] = [RecordProblem("Give the address of the source, too.")]
        needed = {**dict.fromkeys(self.short_names, _SHORT_NAME), **self.needed}
        for name in found:
            part = statements.unnumbered(name.partition(".")[2])[0]
            said = needed.get(name) or self.part_needed.get(part)
            if said and not one(given, name):
                found[name] = [RecordProblem(said)]
        for short, long in self.short_names.items():
            if short in found and not one(given, long) and not one(given, short):
                del found[short]
                found[long] = [RecordProblem(needed[long])]

    def _place(self, problem: RecordProblem, order: Sequence[str], given: Typed) -> str:
        if found := _ROW.match(problem.field):
            stem = f"{order[int(found[1])]}."
            return stem + (statements.part_of(found[2], given, stem) if found[2] else "answer")
        for question in questions():
            if concerns(problem, question.dimension):
                part = _named(problem, self.parts) or next(iter(self.parts))
                return f"{question.dimension}.{part}"
        if problem.field in {"author/name", "author/id"}:
            return "author_name" if problem.field == "author/name" else "author"
        first = problem.field.partition("/")[0]
        plain = statements.part_of(problem.field, given) if first == "sources" else first
        plain = self.model_names.get(plain, plain)
        known = {*self.head, *self.names}
        return plain if statements.unnumbered(plain)[0] in known else _named(problem, self.head)

    def sources_of(self, given: Typed, stem: str) -> list[int]:
        """Return the numbers of the sources that a form shows: the first, and all with content."""
        return sorted({1, *statements.places(given, stem, self.source_parts)})

    @property
    def parts(self) -> Mapping[str, FormField]:
        """The fields of each question; where a problem belongs to none of them, to the first."""
        return {"answer": _ANSWER, **statements.parts()}

    @property
    def part_names(self) -> Mapping[str, str]:
        """What the fields of each question are called."""
        return statements.CALLED

    def called(self, name: str) -> str:
        """Return what a field is called, with its question where it is of one."""
        whole, number = statements.unnumbered(name)
        if number:
            return f"{self.called(whole)} ({number[1:]})"
        first, _, part = name.partition(".")
        if not part:
            shape = self.head.get(name)
            plain = name.replace("_", " ").capitalize()
            return self.names.get(name) or (shape.label if shape else plain)
        plain = self.part_names.get(part, part)
        question = next((q for q in questions() if q.dimension == first), None)
        return f"{plain_name(first)}, {plain[:1].lower()}{plain[1:]}" if question else plain


_ROWS = ("assumptions", "characteristics", "assessments")
_ANSWER = FormField("Answer", "", needed=False, many=False, choices=())


def _named(problem: RecordProblem, shaped: Mapping[str, FormField]) -> str:
    """Return the field whose shape has the name with which the problem's field ends."""
    named = (name for name, shape in shaped.items() if problem.field.endswith(f" {shape.label}"))
    return next(named, "")


def author_of(record: Record) -> Agent:
    """Return who wrote a record of a kind that has a form."""
    author = getattr(record, "author", None)
    assert isinstance(author, Agent)  # noqa: S101 - each such kind has one
    return author


class DescriptionForm(RecordForm):
    """A form that describes one thing, question by question: a benchmark or a deployment.

    `subject` is what it describes, and the field of its short name; `rows` is the model's field of
    the answers, each with its values in `values_field`.
    """

    subject: ClassVar[str]
    rows: ClassVar[str]
    values_field: ClassVar[str]
    here: ClassVar[str]
    """What is said where a thing of this name is here already."""

    @abstractmethod
    def known(self, engine: Engine) -> Sequence[tuple[str, str]]:
        """Return the things of this kind that are here: id and title."""

    @abstractmethod
    def described(self, given: Typed, base: Record | None) -> dict[str, Any]:
        """Return what was typed of the thing itself as fields of the model."""

    def fields(self, given: Typed, base: Record | None) -> dict[str, Any]:
        """Return what was typed as fields of the model."""
        before = {s.dimension: s for s in self.said(base)}
        rows = [
            {**made, **self.beside(made, given, before.get(made["dimension"]), base)}
            for q in questions()
            for made in [
                statements.statement(q.dimension, given, before.get(q.dimension), self.values_field)
            ]
            if q.dimension in before or (q.core and base is None) or not statements.is_open(made)
        ]
        return {
            **self.described(given, base),
            self.subject: {"id": one(given, self.subject)},
            "title": one(given, "title"),
            "domains": list(given.get("domains", ())),
            "intended_use": one(given, "intended_use"),
            "notes": one(given, "notes"),
            self.rows: rows,
        }

    def beside(
        self, made: Mapping[str, Any], given: Typed, old: Statement | None, base: Record | None
    ) -> dict[str, Any]:
        """Return what a row has beside the answer."""
        del made, given, old, base
        return {}

    def said(self, record: Record | None) -> Sequence[Statement]:
        """Return the answers of a record."""
        return getattr(record, self.rows) if record else ()

    def typed(self, record: Record) -> Typed:
        """Return a stored record as it would have been typed."""
        plain = {
            "title": getattr(record, "title", None),
            "intended_use": getattr(record, "intended_use", None),
            self.subject: getattr(record, self.subject).id,
        }
        found = first_of(plain) | {"domains": list(getattr(record, "domains", ()))}
        for said in self.said(record):
            found |= statements.as_typed(said)
        return found

    def ident(self, given: Typed) -> str:
        """Return the id of the record: what it describes, and who does."""
        return f"{one(given, self.subject)}/{one(given, 'author')}"

    def title(self, given: Typed) -> str:
        """Return what the thing is called."""
        return one(given, "title")

    def named(self, engine: Engine, given: Typed) -> Typed:
        """Return what was typed with a short name of the thing and of its author.

        One that was typed is written as addresses have it. One that stands for another name
        already gets a number.
        """
        known = self.known(engine)
        title, short = one(given, "title"), slug(one(given, self.subject))
        taken = {ident for ident, _ in known}
        same = names.alike(known, title, "")
        made = short or (same[0][0] if same else names.free(title, taken.__contains__))
        return {**super().named(engine, given), self.subject: [made]}

    def clashes(
        self, engine: Engine, given: Typed, typed: Typed, base: Record | None
    ) -> Mapping[str, str]:
        """Return why it cannot be stored under its names before its author looks at it.

        The thing is there already and nobody said that it is the same; or the author has
        described it, which this would replace.
        """
        found = dict(super().clashes(engine, given, typed, base))
        known = names.alike(self.known(engine), one(given, "title"), "")
        if known and not one(typed, self.subject):
            found[self.subject] = self.here.format(one(given, self.subject))
        return found

    def shown(self, engine: Engine, given: Typed, base: Record | None) -> Mapping[str, Any]:
        """Return what the page shows beside the fields: what is here under the same name."""
        mine = getattr(base, self.subject).id if base else ""
        same = names.alike(self.known(engine), one(given, "title"), one(given, self.subject))
        kept = {c.code: c for said in self.said(base) for c in said.codings}
        return {"same": [k for k in same if k[0] != mine], "kept": kept}
