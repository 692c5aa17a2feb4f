"""The clients of a service, and a graph that is open here: the same methods, from `calls`."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import update_wrapper
from inspect import Parameter, signature
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, get_args

import httpx2

from evalgap import calls
from evalgap.calls import Call
from evalgap.errors import Error, NoAnswerError
from evalgap.results import AsyncItemList, ItemList, Page
from service.common.os_words import os_words

P = ParamSpec("P")
T = TypeVar("T")
H = TypeVar("H", httpx2.Client, httpx2.AsyncClient)
LONGEST = 30.0
"""Seconds that a service has to answer, unless a client is given others."""


def _like(made: Any, build: Callable[..., Any], returned: Any = None) -> Any:
    """Give a method the name, the text and the parameters of its request, for `help`."""
    update_wrapper(made, build)
    shape = signature(build)
    me = Parameter("self", Parameter.POSITIONAL_OR_KEYWORD)
    answer = returned or get_args(shape.return_annotation)[0]
    made.__signature__ = shape.replace(
        parameters=[me, *shape.parameters.values()],
        return_annotation=getattr(answer, "__forward_arg__", answer),  # of a type that loads numpy
    )
    return made


def _one(build: Callable[P, Call[T]]) -> "Callable[Concatenate[_Sync, P], T]":
    def method(self: "_Sync", /, *args: P.args, **given: P.kwargs) -> T:
        return self._answer(build(*args, **given))

    return _like(method, build)  # type: ignore[no-any-return]


def _list(build: Callable[P, Call[Page]]) -> "Callable[Concatenate[_Sync, P], ItemList]":
    def method(self: "_Sync", /, *args: P.args, **given: P.kwargs) -> ItemList:
        first = build(*args, **given)
        return ItemList(
            self._answer(first), lambda cursor: self._answer(calls.following(first, cursor))
        )

    return _like(method, build, ItemList)  # type: ignore[no-any-return]


def _later(
    build: Callable[P, Call[T]],
) -> "Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, T]]":
    async def method(self: "AsyncClient", /, *args: P.args, **given: P.kwargs) -> T:
        return await self._answer(build(*args, **given))

    return _like(method, build)  # type: ignore[no-any-return]


def _list_later(
    build: Callable[P, Call[Page]],
) -> "Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, AsyncItemList]]":
    async def method(self: "AsyncClient", /, *args: P.args, **given: P.kwargs) -> AsyncItemList:
        first = build(*args, **given)

        def page(cursor: str) -> Awaitable[Page]:
            return self._answer(calls.following(first, cursor))

        return AsyncItemList(await self._answer(first), page)

    return _like(method, build, AsyncItemList)  # type: ignore[no-any-return]


class _Sync:
    """The methods of `Client` and `Graph`."""

    _http: httpx2.Client

    benchmarks = _list(calls.benchmarks)
    cards = _list(calls.cards)
    deployments = _list(calls.deployments)
    gaps = _list(calls.gaps)
    reviews = _list(calls.reviews)
    studies = _list(calls.studies)
    systems = _list(calls.systems)
    datasets = _list(calls.datasets)
    implementations = _list(calls.implementations)
    results = _list(calls.results)
    plans = _list(calls.plans)
    terms = _list(calls.terms)
    sources = _list(calls.sources)
    questions = _list(calls.questions)
    benchmark = _one(calls.benchmark)
    deployment = _one(calls.deployment)
    system = _one(calls.system)
    study = _one(calls.study)
    dataset = _one(calls.dataset)
    implementation = _one(calls.implementation)
    card = _one(calls.card)
    gap = _one(calls.gap)
    review = _one(calls.review)
    result = _one(calls.result)
    plan = _one(calls.plan)
    term = _one(calls.term)
    source = _one(calls.source)
    fit = _one(calls.fit)
    risk = _one(calls.risk)
    evidence = _one(calls.evidence)
    coverage = _one(calls.coverage)
    check_claim = _one(calls.check_claim)
    search = _one(calls.search)
    stats = _one(calls.stats)
    named = _one(calls.named)
    query = _one(calls.query)

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let go of what it holds."""
        self._http.close()

    def _answer(self, call: Call[T]) -> T:
        try:
            return _read(call, self._http.send(_request(self._http, call)))
        except httpx2.RequestError as error:
            raise _unanswered(self._http, error) from error


class Client(_Sync):
    """A client of a service over HTTP; `close` it, or use it in a `with` statement.

    Its methods return what those of `evalgap.open` do. What the service refuses, and that none
    answers, is an `Error`.
    """

    def __init__(
        self,
        address: str = "http://127.0.0.1:8000",
        *,
        token: str | None = None,
        timeout: float = LONGEST,
    ) -> None:
        """Read the service at an address; `timeout` are the seconds that each answer may take.

        `token` is needed where reading is for holders of one.
        """
        self._http = _made(httpx2.Client, address, token, timeout)


class AsyncClient:
    """A client of a service over HTTP for `async` programs, with the methods of `Client`.

    `async with` closes it, or `aclose`. A list is awaited, and then gone through by `async for`.
    """

    benchmarks = _list_later(calls.benchmarks)
    cards = _list_later(calls.cards)
    deployments = _list_later(calls.deployments)
    gaps = _list_later(calls.gaps)
    reviews = _list_later(calls.reviews)
    studies = _list_later(calls.studies)
    systems = _list_later(calls.systems)
    datasets = _list_later(calls.datasets)
    implementations = _list_later(calls.implementations)
    results = _list_later(calls.results)
    plans = _list_later(calls.plans)
    terms = _list_later(calls.terms)
    sources = _list_later(calls.sources)
    questions = _list_later(calls.questions)
    benchmark = _later(calls.benchmark)
    deployment = _later(calls.deployment)
    system = _later(calls.system)
    study = _later(calls.study)
    dataset = _later(calls.dataset)
    implementation = _later(calls.implementation)
    card = _later(calls.card)
    gap = _later(calls.gap)
    review = _later(calls.review)
    result = _later(calls.result)
    plan = _later(calls.plan)
    term = _later(calls.term)
    source = _later(calls.source)
    fit = _later(calls.fit)
    risk = _later(calls.risk)
    evidence = _later(calls.evidence)
    coverage = _later(calls.coverage)
    check_claim = _later(calls.check_claim)
    search = _later(calls.search)
    stats = _later(calls.stats)
    named = _later(calls.named)
    query = _later(calls.query)

    def __init__(
        self,
        address: str = "http://127.0.0.1:8000",
        *,
        token: str | None = None,
        timeout: float = LONGEST,
    ) -> None:
        """Read the service at an address, as `Client` does."""
        self._http = _made(httpx2.AsyncClient, address, token, timeout)

    async def __aenter__(self) -> Self:
        """Return it."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self.aclose()

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def _answer(self, call: Call[T]) -> T:
        try:
            return _read(call, await self._http.send(_request(self._http, call)))
        except httpx2.RequestError as error:
            raise _unanswered(self._http, error) from error


def _made(kind: type[H], address: str, token: str | None, timeout: float) -> H:
    """Return a client of HTTP. Raises `Error` for what is no address, or no token."""
    try:
        return kind(
            base_url=address.rstrip("/"),
            timeout=timeout,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            follow_redirects=True,  # what has another name now leads to it
        )
    except httpx2.InvalidURL as error:
        raise Error(
            f"{address!r} is no address of a service ({error}). One is http://127.0.0.1:8000."
        ) from error
    except UnicodeError as error:
        raise Error("The token has characters that no token has.") from error


def _request(http: httpx2.Client | httpx2.AsyncClient, call: Call[Any]) -> httpx2.Request:
    """Return the request of a call. Raises `Error` where no address can be made of it."""
    method = "GET" if call.body is None and call.form is None else "POST"
    try:
        return http.build_request(
            method, call.path, params=dict(call.query), json=call.body, data=call.form,
            headers={"Accept": f"{call.accept}, application/json;q=0.9"},
        )  # fmt: skip
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise Error(f"What is asked for cannot be sent ({error}).") from error


def _read(call: Call[T], answer: httpx2.Response) -> T:
    """Return what an answer says. Raises `Error` for a problem and for an answer of another."""
    try:
        document = answer.json()
        if isinstance(document, dict) and not answer.is_error:
            return call.read(document)
        problem = Error(str(document["detail"]), document)
    except _NOT_OURS as error:
        raise Error(
            f"{answer.url} answered with status {answer.status_code} and no JSON of EvalGap that "
            "this release can read.",
            {"status": answer.status_code},
        ) from error
    raise problem


_NOT_OURS = (ValueError, LookupError, TypeError, AttributeError, StopIteration, RecursionError)
"""What reading meets in an answer that is none of ours: no JSON, or JSON of another shape."""


def _unanswered(
    http: httpx2.Client | httpx2.AsyncClient, error: httpx2.RequestError
) -> NoAnswerError:
    if isinstance(error, httpx2.TimeoutException):
        return NoAnswerError(f"{http.base_url} did not answer in time.", timed_out=True)
    return NoAnswerError(f"{http.base_url} cannot be reached ({os_words(error)}).", timed_out=False)
