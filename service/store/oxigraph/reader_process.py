"""A reader: a confined process that answers queries over a snapshot of the store.

Oxigraph cannot stop a query; a process can be killed. So every untrusted query runs in
one of these, without network and without files but the snapshots, and a query past its time ends
with its process. A large answer goes over as an open file without a name.
"""

import json
import os
import signal
import socket
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import SpooledTemporaryFile

import pyoxigraph as ox

from service.common.problems import BadQuery, Problem, TooLarge
from service.sandbox import bound_cpu, confine, end_with
from service.store.faults import fault
from service.store.oxigraph.channel import Channel, Message
from service.store.oxigraph.evaluate import evaluate
from service.store.oxigraph.snapshots import open_snapshot
from service.store.query import Limits, Query, QueryDataset

QUERY, STARTED, ANSWER, PROBLEM = b"q", b"s", b"a", b"p"
"""The kinds of messages: the service sends the first; a reader the second, once, and then for each
query one of the others."""

IN_MEMORY = 2**20
"""Bytes of an answer that go through the socket; a larger one goes over as a file."""

NICENESS = 5
"""Readers step back a little, so that the rest of the service answers beside them."""

_CPU_MARGIN = 5.0
"""Seconds of processor time past its limit after which the kernel ends a query, if we did not."""

OUT_OF_MEMORY = "The query needs more memory than a query may use. Narrow it."


def encode(ask: Query, folder: Path) -> Message:
    """Return a request: the query, and the snapshot to read."""
    return Message(QUERY, json.dumps({"folder": str(folder), **asdict(ask)}).encode())


def _decode(body: bytes) -> tuple[Query, str]:
    found = json.loads(body)
    dataset = QueryDataset(**{k: tuple(v) for k, v in found["dataset"].items()})
    limits = Limits(**found["limits"])
    return Query(found["sparql"], found["media"], dataset, limits, found["base"]), found["folder"]


def serve(channel: Channel, *, confined: bool) -> None:
    """Say that it has started, then answer requests, each on the snapshot that it names.

    `confined` says that the network is really closed.
    """
    store, opened = ox.Store(), ""
    channel.send(Message(STARTED))
    while True:
        try:
            ask, folder = _decode(channel.receive().body)
        except EOFError:
            return
        bound_cpu(ask.limits.seconds + _CPU_MARGIN)
        try:
            if folder != opened:
                store, opened = open_snapshot(Path(folder)), folder
        except (OSError, RuntimeError) as error:
            channel.send(_failure(error, folder))
            continue
        with SpooledTemporaryFile(max_size=IN_MEMORY) as out:
            channel.send(_answer(store, ask, out, folder, confined=confined))


def _answer(
    store: ox.Store, ask: Query, out: "SpooledTemporaryFile[bytes]", folder: str, *, confined: bool
) -> Message:
    try:
        evaluate(store, ask, out, confined=confined)
    except Problem as problem:
        return _problem_message(problem)
    except MemoryError:
        return _problem_message(TooLarge(OUT_OF_MEMORY))
    except (OSError, RuntimeError, ValueError) as error:  # how the engine says it could not
        return _failure(error, folder)
    if out.tell() > IN_MEMORY:
        return Message(ANSWER, file=out)
    out.seek(0)
    return Message(ANSWER, out.read())


def _failure(error: Exception, folder: str) -> Message:
    """Return what an error of the engine means; the store is named, not its snapshot."""
    store = Path(folder).parent.name.rpartition(".readers-")[0]
    found = fault(error, Path(folder).parent.with_name(store or "store"))
    return _problem_message(found or BadQuery(f"The query failed: {error}"))


def _problem_message(problem: Problem) -> Message:
    found = {"name": type(problem).__name__, "detail": problem.detail, "extra": problem.extra}
    return Message(PROBLEM, json.dumps(found).encode())


def main(arguments: list[str]) -> None:
    """Run a reader: the service's process, socket, memory, and the folders to read and write."""
    parent, wire, memory = (int(a) for a in arguments[:3])
    end_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service to act upon
    os.nice(NICENESS)
    snapshots, written = (Path(a) for a in arguments[3:])
    held = confine(read=[snapshots], write=[written], memory=memory)
    serve(Channel(socket.socket(fileno=wire)), confined=held.network)


if __name__ == "__main__":
    main(sys.argv[1:])
