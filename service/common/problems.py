"""The errors of the service; each class carries the HTTP status and the exit code it means.

                              HTTP  exit
Problem                       500   2
+-- Renamed                   301   2    it has another name now
+-- BadRequest                400   2    something in the request cannot be read
|   +-- BadParameter          400   2    one named parameter
|   +-- BadQuery              400   2    SPARQL that does not parse or is not allowed
|   +-- Crashed               400   2    what ends the process that reads it
+-- Unauthorized              401   2    a token is missing, wrong, expired or revoked
+-- Forbidden                 403   2    the token does not allow it, or writing is off
+-- NotFound                  404   2
+-- NotAcceptable             406   2    no representation in a form the client takes
+-- RequestTimeout            408   2    the request came too slowly
+-- Conflict                  409   2    what is there does not allow it
|   +-- Unreadable            409   2    what is stored there is no record of the model
+-- Gone                      410   2    an undone import had added it
+-- TooLarge                  413   2
+-- AddressTooLong            414   2
+-- UnsupportedMedia          415   2
+-- Misdirected               421   2    a host that this service does not answer for
+-- Invalid                   422   2    a record does not satisfy the shapes
+-- NotComparable             422   2    logs that do not show one system on the same items
+-- TooManyRequests           429   2    past the rate of one client
+-- HeaderTooLarge            431   2
+-- Abandoned                 499   2    the client left
+-- AddressInUse              500   3    on the command line alone: something else listens there
+-- BadSetting                500   2    on the command line alone: a setting does not fit
+-- Disagreement              500   2    plain pySHACL judges a record otherwise than the batch
+-- StoreUnavailable          502   2    a remote store does not answer
+-- NotFetched                502   2    on the command line alone: a source cannot be fetched
+-- Busy                      503   2    too many at once; Retry-After says when to come again
+-- StoreBusy                 503   2    another process has the store open
+-- StoreDamaged              503   2    the store cannot be read or written
+-- FileUnusable              503   2    a file beside the store (tokens, log of writes)
+-- NotReady                  503   2    something that the service works with fails
+-- QueryTimeout              504   2    a query ran past its time
+-- WorkTimeout               504   2    work on what was sent ran past its time
+-- DiskFull                  507   2    no room for what was to be written

An exit code of 2 says that the command could not run, 3 that `serve` cannot listen on its address.
A command that ran, and found records that are not valid, ends with 1 and no error.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from errno import EDQUOT, ENOSPC
from typing import Any, ClassVar

_MOST_CHARACTERS = 2_000
"""Of a text in an answer: what was sent, and is quoted, may have millions."""
_LONGEST_QUOTED = 60
"""Characters of what was given that a heading repeats."""


def quoted(given: str) -> str:
    """Return what was given as a heading repeats it."""
    cut = given[:_LONGEST_QUOTED]
    return f"“{cut}”" if cut == given else f"“{cut}…”"


def _clipped(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _MOST_CHARACTERS:
        return f"{value[:_MOST_CHARACTERS]}…"
    return value


@dataclass(frozen=True)
class OnPage:
    """How a page says a problem: in a sentence without codes and addresses of the API.

    `given` is what stands in the address and does not fit, `codes` what may stand there instead:
    called as `titles` say, else as the ontology calls the code below the path `base`. `beside` is
    a parameter that may be left out. `heading` says in a few words what is wrong.
    """

    sentence: str
    given: str = ""
    codes: tuple[str, ...] = ()
    base: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    beside: str = ""
    heading: str = ""


class Problem(Exception):  # noqa: N818 - it is the "problem" of RFC 9457
    """An error with a sentence for people, and details for programs (RFC 9457)."""

    status: ClassVar[int] = 500
    """The HTTP status of an answer that says so."""
    exit_code: ClassVar[int] = 2
    """The exit code of a command that ends with it."""
    slug: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong"
    page_title: ClassVar[str] = ""
    """The title on pages, where that of the answers for programs is in the words of programs."""

    def __init__(self, detail: str, *, on_page: OnPage | None = None, **extra: Any) -> None:
        """Keep the sentence, that of a page, and any further members of the problem document."""
        super().__init__(detail)
        self.detail = detail
        self.extra = extra
        self.on_page = on_page

    @property
    def spoken(self) -> str:
        """The sentence that a page shows."""
        return self.on_page.sentence if self.on_page else self.detail

    @property
    def heading(self) -> str:
        """What is wrong in a few words, as a page says it."""
        if self.on_page and self.on_page.heading:
            return self.on_page.heading
        if self.on_page and self.on_page.given:
            return f"There is no {quoted(self.on_page.given)} here"
        return self.page_title or self.title

    def page_document(self) -> dict[str, Any]:
        """Return the document with the heading and the sentence that a page shows."""
        return {**self.document(), "title": self.heading, "detail": _clipped(self.spoken)}

    @property
    def headers(self) -> dict[str, str]:
        """The header fields that go with the answer."""
        wait = self.extra.get("retry_after")
        return {} if wait is None else {"Retry-After": str(wait)}

    def document(self) -> dict[str, Any]:
        """Return the problem as RFC 9457 members."""
        return {
            "type": f"https://w3id.org/evalgap/problem/{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": _clipped(self.detail),
            **{name: _clipped(value) for name, value in self.extra.items()},
        }


def every(kind: type[Problem] = Problem) -> Iterator[type[Problem]]:
    """Yield a class of problems and all below it."""
    yield kind
    for below in kind.__subclasses__():
        yield from every(below)


class BadRequest(Problem):
    """The request cannot be read."""

    status, slug, title = 400, "bad-request", "The request cannot be read"
    page_title = "What was sent cannot be read"


class BadParameter(BadRequest):
    """One parameter of the request does not fit."""

    slug, title = "bad-parameter", "A parameter does not fit"
    page_title = "This cannot be answered as it was asked"


class BadQuery(BadRequest):
    """A SPARQL text does not parse, or asks for what this service does not do."""

    slug, title = "bad-query", "The query cannot be run"


class Renamed(Problem):
    """What had this name has another one now, to which the answer leads.

    `before` and `now` are the names below `id/`, `gap/old` and `gap/new`.
    """

    status, slug, title = 301, "renamed", "This has another name now"

    def __init__(self, detail: str, *, before: str, now: str) -> None:
        """Keep both names."""
        super().__init__(detail, before=before, now=now)
        self.before, self.now = before, now


class NotFound(Problem):
    """There is nothing under this name."""

    status, slug, title = 404, "not-found", "There is nothing under this name"


class NotAcceptable(Problem):
    """No representation is in a form that the client takes."""

    status, slug, title = 406, "not-acceptable", "Not available in that form"
    page_title = "This is not to be had in that form"


class RequestTimeout(Problem):
    """A request did not come whole in the time for it."""

    status, slug, title = 408, "request-timeout", "The request came too slowly"
    page_title = "What was sent came too slowly"


class AddressTooLong(Problem):
    """The address of a request is longer than is read."""

    status, slug, title = 414, "address-too-long", "The address is too long"


class Misdirected(Problem):
    """The request is for a host that this service does not answer for."""

    status, slug, title = 421, "misdirected", "This service is not that host"
    page_title = "This service does not answer under that name"


class TooManyRequests(Problem):
    """One client has sent more requests than it may in the time."""

    status, slug, title = 429, "too-many-requests", "Too many requests"
    page_title = "Too much was asked in a short time"


class HeaderTooLarge(Problem):
    """The header fields of a request are more, or larger, than are read."""

    status, slug, title = 431, "header-too-large", "The header fields are too large"
    page_title = "The browser sends too much along"


class TooLarge(Problem):
    """The request body is larger than allowed."""

    status, slug, title = 413, "too-large", "The request is too large"
    page_title = "What was sent is too large"


class UnsupportedMedia(Problem):
    """The request body is of a kind that this address does not take."""

    status, slug, title = 415, "unsupported-media", "This kind of content is not taken here"
    page_title = "This kind of file is not read here"


class Invalid(Problem):
    """A record does not satisfy the shapes."""

    status, slug, title = 422, "invalid", "The record is not valid"
    page_title = "Something here is not valid"


class StoreBusy(Problem):
    """Another process holds the embedded store."""

    status, slug, title = 503, "store-busy", "The store is in use"


class NotComparable(Problem):
    """Logs are not of one system on the same items, scored alike.

    `allow` is the word by which an option passes it over, if one does.
    """

    status, slug, title = 422, "not-comparable", "These logs cannot be compared"


class Unauthorized(Problem):
    """A request needs a token, and has none that is valid.

    `challenges` are the values of `WWW-Authenticate` (RFC 9110, RFC 6750).
    """

    status, slug, title = 401, "unauthorized", "The token is missing or wrong"

    def __init__(self, detail: str, *challenges: str, **extra: Any) -> None:
        """Keep the challenges beside the sentence; by default a bearer token is required."""
        super().__init__(detail, **extra)
        self.challenges = challenges or ("Bearer",)

    @property
    def headers(self) -> dict[str, str]:
        """The challenges, without which a 401 is none."""
        return {**super().headers, "WWW-Authenticate": ", ".join(self.challenges)}


class Forbidden(Problem):
    """The token does not allow this, or writing is off."""

    status, slug, title = 403, "forbidden", "Not allowed"


class Conflict(Problem):
    """What is already there does not allow the request."""

    status, slug, title = 409, "conflict", "In conflict with what is there"
    page_title = "This does not go with what is already here"


class Unreadable(Conflict):
    """What the store holds under this name is no record that the model can read."""

    slug, title = "unreadable-record", "What is stored cannot be read"


class Gone(Problem):
    """What was under this name is gone: the import that added it was undone."""

    status, slug, title = 410, "gone", "Gone"
    page_title = "This is no longer here"


class Busy(Problem):
    """Every reader is taken; try again in a moment."""

    status, slug, title = 503, "busy", "Too many queries at once"


class StoreUnavailable(Problem):
    """The remote store does not answer, or not as a SPARQL server should."""

    status, slug, title = 502, "store-unavailable", "The store does not answer"


class NotFetched(Problem):
    """A source could not be fetched or read; what is stored of it stays as it is."""

    status, slug, title = 502, "not-fetched", "The source could not be fetched"


class QueryTimeout(Problem):
    """A query ran past its time and was stopped."""

    status, slug, title = 504, "query-timeout", "The query took too long"


class WorkTimeout(Problem):
    """A piece of work on what a client sent ran past its time and was stopped."""

    status, slug, title = 504, "work-timeout", "The request took too long"
    page_title = "This took too long"


class Crashed(BadRequest):
    """What was sent ended the process that read it."""

    slug, title = "unreadable", "Nothing can read this"
    page_title = "What was sent cannot be read"


class Abandoned(Problem):
    """The client disconnected before the response was ready."""

    status, slug, title = 499, "abandoned", "Nobody waits for the answer"


class AddressInUse(Problem):
    """Something else listens where the service should."""

    slug, title = "address-in-use", "The address is taken"
    exit_code = 3


class FileUnusable(Problem):
    """A file beside the store, of tokens or of the log of writes, cannot be read or written."""

    status, slug, title = 503, "file-unusable", "A file of the service cannot be used"


class NotReady(Problem):
    """Store, readers, validators or a disk fail, as `/ready` says one by one."""

    status, slug, title = 503, "not-ready", "The service cannot do its work"


class BadSetting(Problem):
    """A setting has a value with which the service does not start."""

    slug, title = "bad-setting", "A setting does not fit"


class Disagreement(Problem):
    """Plain pySHACL judges a record otherwise than the batch did."""

    slug, title = "validators-disagree", "Two ways of running pySHACL disagree"


class StoreDamaged(Problem):
    """The files of the embedded store cannot be read or written."""

    status, slug, title = 503, "store-damaged", "The store cannot be used"


class DiskFull(Problem):
    """There is no room on a disk for what was to be written."""

    status, slug, title = 507, "disk-full", "The disk is full"

    @classmethod
    def of(cls, error: Exception, where: object) -> "DiskFull | None":
        """Return the problem that an error of system, engine or SQLite is; None for another."""
        full = getattr(error, "errno", None) in {ENOSPC, EDQUOT}
        if not full and not any(words in str(error) for words in _FULL):
            return None
        return cls(
            f"The disk that holds {where} is full, so this could not be done, and nothing was "
            "half done. Make room; the service needs no restart."
        )


_FULL = ("No space left on device", "Disk quota exceeded", "disk is full")
