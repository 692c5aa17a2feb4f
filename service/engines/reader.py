"""A reader: a process of its own that answers queries over a snapshot of the store.

Oxigraph cannot stop a query; a process can be killed. So every query of anybody's runs in
one of these, and a query past its time ends with its process. Requests and answers go over
stdin and stdout: a JSON line each way, then the bytes of a small answer, or the path of a
file that holds a large one.
"""

import json
import os
import resource
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import NamedTemporaryFile, SpooledTemporaryFile
from typing import IO, Any

import pyoxigraph as ox

from service.engines.evaluate import evaluate
from service.engines.questions import Ask, Dataset, Limits
from service.engines.snapshots import open_snapshot
from service.problems import Problem

IN_MEMORY = 2**20
"""Bytes of an answer that go through the pipe; a larger one goes through a file."""

NICENESS = 5
"""Readers step back a little, so that the rest of the service answers beside them."""


def encode(ask: Ask, folder: str) -> bytes:
    """Return a request as a line: the query, and the folder of the snapshot to read."""
    return json.dumps({"folder": folder, **asdict(ask)}).encode() + b"\n"


def _decode(line: bytes) -> tuple[Ask, str]:
    found = json.loads(line)
    dataset = Dataset(**{k: tuple(v) for k, v in found["dataset"].items()})
    limits = Limits(**found["limits"])
    return Ask(found["sparql"], found["media"], dataset, limits, found["base"]), found["folder"]


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests until there are no more, each on the snapshot that it names."""
    store, opened = ox.Store(), ""
    for line in requests:
        ask, folder = _decode(line)
        if folder != opened:
            store, opened = open_snapshot(Path(folder)), folder
        with SpooledTemporaryFile(max_size=IN_MEMORY) as out:
            answers.write(_answer(store, ask, out, Path(folder).parent))
            answers.flush()


def _answer(store: ox.Store, ask: Ask, out: "SpooledTemporaryFile[bytes]", folder: Path) -> bytes:
    try:
        evaluate(store, ask, out)
    except Problem as problem:
        return _line(problem=type(problem).__name__, detail=problem.detail, extra=problem.extra)
    except (OSError, RuntimeError, ValueError) as error:  # how the engine says it could not
        return _line(problem="BadQuery", detail=f"The query failed: {error}", extra={})
    size = out.tell()
    out.seek(0)
    if size <= IN_MEMORY:
        return _line(size=size) + out.read()
    with NamedTemporaryFile(dir=folder, delete=False) as kept:
        while chunk := out.read(IN_MEMORY):
            kept.write(chunk)
    return _line(size=size, path=kept.name)


def _line(**values: Any) -> bytes:
    return json.dumps(values).encode() + b"\n"


if __name__ == "__main__":
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    os.nice(NICENESS)
    serve(sys.stdin.buffer, sys.stdout.buffer)
