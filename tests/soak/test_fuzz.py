"""20,000 requests at random to a service that runs as people run it: none makes it fail."""

import os
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path

import httpx2
import pytest

from service.common.settings import Settings
from service.web.app import create_app
from tests.hostile.fuzz import requests, routes
from tests.hostile.test_fuzz import fault
from tests.servers import evalgap_server
from tests.tokens import AUTHORIZED, TOKEN

NUMBER = int(os.environ.get("EVALGAP_SOAK_REQUESTS", "20000"))
SEED = int(os.environ.get("EVALGAP_SOAK_SEED", "13"))


@pytest.mark.parametrize("who", ["a stranger", "who holds the token"])
def test_nothing_fails(
    tmp_path: Path, who: str, record_property: Callable[[str, object], None]
) -> None:
    known = routes(create_app(Settings(store=None, seed=False, validators=0)))
    token = {} if who == "a stranger" else AUTHORIZED
    print(f"seed {SEED}, {NUMBER // 2} requests of {who}")
    wrong, sent_whole = [], 0
    with evalgap_server(tmp_path, token=TOKEN) as url, _client(url) as client:
        for number, sent in enumerate(islice(requests(known, SEED), NUMBER // 2)):
            fields = [(n.encode(), v.encode()) for n, v in {**sent.headers, **token}.items()]
            # what the client does not send, or the service ends in the middle of, is no answer
            with suppress(httpx2.InvalidURL, httpx2.TransportError):
                answer = client.request(
                    sent.method, sent.path, params=sent.params, content=sent.body, headers=fields
                )
                sent_whole += 1
                if why := fault(answer):
                    wrong.append(f"{number}: {why}: {sent} {answer.text[:300]}")
        assert client.get("/health").is_success
    record_property("tried", sent_whole)
    record_property("failed", len(wrong))
    assert sent_whole > NUMBER // 2 * 0.9
    assert not wrong, "\n".join(wrong[:20])
    assert b"Traceback" not in (tmp_path / "output.txt").read_bytes()


def _client(url: str) -> httpx2.Client:
    return httpx2.Client(base_url=url, timeout=120)
