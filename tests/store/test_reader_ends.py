"""Readers end at any moment: an answer is whole or an error, and nothing outlives the service."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx2
import pytest

from tests.processes import children_of, descendants_of, lives, state, until
from tests.servers import running_service

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks into /proc")
MODULE = "service.store.oxigraph.reader_process"
LARGE = "SELECT ?s ?o WHERE { ?s <urn:p> ?o } ORDER BY ?o"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
TRIPLES = " ".join(f'<urn:s:{n}> <urn:p> "{"x" * 300}{n}" .' for n in range(2_500))
"""As JSON an answer with all of them is smaller than what goes through a file, and larger than
what fits between two processes: a reader waits with the rest until the service reads."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    folder = tmp_path_factory.mktemp("ends")
    with running_service(folder, token="t" * 16, seed="false", gate="false") as (pid, url):
        update(url, f"INSERT DATA {{ {TRIPLES} }}")
        yield pid, url


def update(url: str, text: str) -> None:
    headers = {"Authorization": f"Bearer {'t' * 16}"}
    httpx2.post(
        f"{url}/update", data={"update": text}, headers=headers, timeout=60
    ).raise_for_status()


def ask(url: str, query: str = LARGE) -> httpx2.Response:
    return httpx2.post(f"{url}/sparql", data={"query": query}, timeout=60)


@contextmanager
def held(pid: int) -> Iterator[None]:
    """Stop a process for some time, so that moments are certain and not lucky."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def waits_to_send(pid: int) -> bool:
    """Tell whether a process has stopped working, some time after it began."""
    asleep = []
    for _ in range(20):
        asleep.append(state(pid) == "S")
        time.sleep(0.001)
    return all(asleep)


def only_reader(pid: int, url: str) -> int:
    """Return the one reader that there is, once all that there were have ended.

    There may be two where the machine is busy: one of a first question that took its time.
    """
    for reader in children_of(pid, MODULE):
        os.kill(reader, signal.SIGKILL)
    until(lambda: not children_of(pid, MODULE))
    assert ask(url).status_code == 200
    (reader,) = children_of(pid, MODULE)
    return reader


def killed_on_the_way(pid: int, url: str, pool: ThreadPoolExecutor) -> Future[httpx2.Response]:
    """Ask, and end the reader once it waits with a part of its answer; return what will come."""
    reader = only_reader(pid, url)
    answer = pool.submit(ask, url)
    until(lambda: state(reader) == "R" or answer.done())
    with held(pid):
        if not answer.done():
            until(lambda: waits_to_send(reader))
            os.kill(reader, signal.SIGKILL)
            return answer
    return killed_on_the_way(pid, url, pool)  # it was too quick to be seen


def test_an_answer_whose_reader_is_killed_on_the_way_is_whole(service: tuple[int, str]) -> None:
    kill_on_the_way(service, 3)


def kill_on_the_way(service: tuple[int, str], times: int) -> None:
    pid, url = service
    whole = ask(url)
    assert whole.status_code == 200
    assert 2**18 < len(whole.content) < 2**20
    with ThreadPoolExecutor(1) as pool:
        for _ in range(times):
            answer = killed_on_the_way(pid, url, pool).result()
            assert (answer.status_code, answer.content) == (200, whole.content)


def test_a_query_whose_reader_is_killed_again_and_again_is_a_503(service: tuple[int, str]) -> None:
    pid, url = service
    only_reader(pid, url)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, url, ENDLESS)
        for _ in range(2):
            until(lambda: any(state(r) == "R" for r in children_of(pid, MODULE)))
            (reader,) = children_of(pid, MODULE)
            os.kill(reader, signal.SIGKILL)
            until(lambda r=reader: r not in children_of(pid, MODULE))  # type: ignore[misc]
        found = answer.result()
    assert found.status_code == 503
    assert int(found.headers["retry-after"]) > 0
    assert ask(url).status_code == 200


def test_a_reader_that_stops_in_its_answer_is_a_504(service: tuple[int, str]) -> None:
    pid, url = service
    reader = only_reader(pid, url)
    with ThreadPoolExecutor(1) as pool:
        data = {"query": LARGE, "timeout": "2"}
        answer = pool.submit(httpx2.post, f"{url}/sparql", data=data, timeout=60)
        until(lambda: state(reader) == "R")
        with held(pid):
            until(lambda: waits_to_send(reader))
            os.kill(reader, signal.SIGSTOP)
        assert answer.result().status_code == 504
    assert ask(url).status_code == 200


def test_the_start_of_a_reader_is_no_part_of_the_time_of_a_query(
    service: tuple[int, str],
) -> None:
    pid, url = service
    os.kill(only_reader(pid, url), signal.SIGKILL)
    with ThreadPoolExecutor(1) as pool:
        data = {"query": "ASK {}", "timeout": "1"}
        answer = pool.submit(httpx2.post, f"{url}/sparql", data=data, timeout=60)
        until(lambda: children_of(pid, MODULE))
        with held(children_of(pid, MODULE)[0]):
            time.sleep(1.5)
        assert answer.result().status_code == 200


@pytest.mark.parametrize("text", ["!", "1+", "{}UNION", "<urn:a>/"])
def test_a_query_that_no_parser_survives_is_a_400(service: tuple[int, str], text: str) -> None:
    chain = text * (90_000 // len(text))
    query = {
        "!": f"ASK {{ FILTER({chain}true) }}",
        "1+": f"ASK {{ FILTER({chain}1 > 0) }}",
        "{}UNION": f"ASK {{ {chain}{{}} }}",
        "<urn:a>/": f"ASK {{ ?s {chain}<urn:a> ?o }}",
    }[text]
    found = ask(service[1], query)
    assert found.status_code == 400
    assert found.headers["content-type"] == "application/problem+json"
    assert "Split it." in found.json()["detail"]
    assert ask(service[1]).status_code == 200


def all_ended(processes: list[int]) -> bool:
    return not any(map(lives, processes))


def test_nothing_outlives_a_service_that_is_killed(tmp_path: Path) -> None:
    end_hard(tmp_path, 2)


def end_hard(tmp_path: Path, times: int) -> None:
    for number in range(times):
        with (
            running_service(tmp_path, seed="false", gate=str(number % 3 == 0)) as (pid, url),
            ThreadPoolExecutor(2) as pool,
        ):
            busy = [pool.submit(ask, url, ENDLESS) for _ in range(2)]
            until(lambda: len([c for c in children_of(pid, MODULE) if state(c) == "R"]) == 2)
            started = descendants_of(pid)
            assert len(started) >= (4 if number % 3 == 0 else 2)
            os.kill(pid, signal.SIGKILL)
            until(partial(all_ended, started), 10)
            for each in busy:
                with pytest.raises(httpx2.TransportError):
                    each.result()
