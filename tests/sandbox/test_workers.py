"""Workers end with what they cannot survive, and the next piece of work is done all the same."""

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from operator import mul
from pathlib import Path
from threading import Timer

import pytest

from service.common.problems import Abandoned, BadRequest, Busy, Crashed, TooLarge, WorkTimeout
from service.sandbox import CancellationToken, WorkerLimits, Workers, forkserver
from service.store.terms import absolute

ENDING = "The service is ending. Nothing was stored."


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    bounds = WorkerLimits(size=1, queue=1, seconds=20, memory=2**29)
    with closing(Workers(forkserver.context, bounds, "tested")) as found:
        yield found


def test_an_end_is_that_of_one_piece_of_work(workers: Workers) -> None:
    with pytest.raises(Crashed):
        workers.run(ctypes.string_at, 0)
    with pytest.raises(TooLarge, match="memory"):
        workers.run(bytearray, 2**30)
    with pytest.raises(BadRequest, match="not an absolute IRI"):
        workers.run(absolute, "x")
    with pytest.raises(WorkTimeout):
        workers.run(time.sleep, 60, seconds=0.2)
    assert workers.run(mul, 6, 7) == 42


def test_work_that_nobody_waits_for_is_ended(workers: Workers) -> None:
    process, stop = workers.run(os.getpid), CancellationToken()
    Timer(0.3, stop.cancel).start()
    with pytest.raises(Abandoned):
        workers.run(time.sleep, 60, stop=stop)
    assert not Path(f"/proc/{process}/fd").exists()


def test_more_than_may_wait_are_refused_at_once(workers: Workers) -> None:
    with ThreadPoolExecutor(2) as pool:
        under_way = [pool.submit(workers.run, time.sleep, 1) for _ in range(2)]
        time.sleep(0.5)
        with pytest.raises(Busy) as raised:
            workers.run(mul, 6, 7)
        assert raised.value.extra["retry_after"] > 0
        assert [work.result() for work in under_way] == [None, None]


def test_work_under_way_at_the_end_is_not_blamed_for_it() -> None:
    for _ in range(4):
        ending = Workers(forkserver.context, WorkerLimits(size=8, seconds=20), "tested")
        with ThreadPoolExecutor(8) as pool:
            under_way = [pool.submit(ending.run, time.sleep, 60) for _ in range(8)]
            time.sleep(0.3)
            ending.close()
            ended = [work.exception() for work in under_way]
        assert [str(error) for error in ended] == [str(Busy(ENDING))] * 8


def test_workers_end_with_the_process_that_started_them_however_that_ends() -> None:
    code = """
import os
from pathlib import Path
from service.sandbox import WorkerLimits, Workers, forkserver
if __name__ == "__main__":
    found = [Workers(forkserver.context, WorkerLimits(size=1), "tested").run(os.getpid)
             for _ in range(3)]
    tasks = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    children = [number for task in tasks for number in task.read_text().split()]
    print(*found, *children, flush=True)
    os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=False)
    started = [int(number) for number in done.stdout.split()]
    assert len(started) > 3
    end = time.monotonic() + 10
    while (left := [p for p in started if lives(p)]) and time.monotonic() < end:
        time.sleep(0.05)
    assert left == []


def lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2]
