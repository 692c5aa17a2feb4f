"""No request makes the service fail: none is answered with a fault of ours, or opens a way in."""

import logging
from collections.abc import Callable, Iterator
from itertools import islice

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import InvalidURL, Response
from pydantic import SecretStr

from service.common.settings import Settings
from service.web.app import create_app
from tests.hostile.fuzz import Sent, requests, routes
from tests.pages import page
from tests.tokens import AUTHORIZED, TOKEN

SEED = 13
NUMBER = 250
"""Requests of a stranger, and again as many of who holds the token."""


@pytest.fixture(scope="module")
def service() -> Iterator[TestClient]:
    settings = Settings(store=None, validators=0, token=SecretStr(TOKEN))
    app = create_app(settings)
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize("who", ["a stranger", "who holds the token"])
def test_nothing_fails(
    service: TestClient,
    who: str,
    caplog: pytest.LogCaptureFixture,
    record_property: Callable[[str, object], None],
) -> None:
    assert isinstance(service.app, FastAPI)
    known = routes(service.app)
    assert len(known.paths) > 80
    print(f"seed {SEED}, {NUMBER} requests of {who}")
    token = {} if who == "a stranger" else AUTHORIZED
    wrong = []
    with caplog.at_level(logging.ERROR):
        for number, sent in enumerate(islice(requests(known, SEED), NUMBER)):
            answer = ask(service, sent, token)
            if answer is not None and (why := fault(answer)):
                wrong.append(f"{number}: {why}: {sent} {answer.text[:300]}")
    record_property("tried", NUMBER)
    record_property("failed", len(wrong))
    assert not wrong, "\n".join(wrong)
    assert not [r for r in caplog.records if "unforeseen" in r.getMessage()]


def ask(service: TestClient, sent: Sent, token: dict[str, str]) -> Response | None:
    """Return the answer; None for what the client itself refuses to send."""
    fields = {**sent.headers, **token}
    headers = [(name.encode(), value.encode()) for name, value in fields.items()]
    try:
        return service.request(
            sent.method, sent.path, params=sent.params, content=sent.body, headers=headers
        )  # fmt: skip
    except InvalidURL:
        return None


def fault(answer: Response) -> str:
    """Return what is wrong with an answer to any request, in a word or two."""
    media = answer.headers.get("content-type", "")
    if answer.status_code >= 500:
        return f"{answer.status_code}"
    if "x-injected" in answer.headers:
        return "a header was injected"
    if media.startswith("text/html") and page(answer).injected():
        return "a script was injected"
    if "root:x:0" in answer.text:
        return "a file was read"
    refused = answer.status_code >= 400 and answer.request.method != "HEAD"
    if refused and not media.startswith(("application/problem+json", "text/html")):
        return f"{answer.status_code} as {media!r}"
    return ""
