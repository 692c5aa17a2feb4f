"""JSON-LD that names contexts elsewhere, in every place where the syntax lets one stand."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from socket import create_server
from threading import Event, Thread
from typing import Any

ONTOLOGY = "https://w3id.org/evalgap/ontology#"
OWN = "http://127.0.0.1:1/ontology/context.jsonld"
RECORD = {"@id": "https://w3id.org/evalgap/id/card/x/y/1", "@type": "egap:BenchmarkCard"}


def nested(inner: Any) -> Any:
    return {"@graph": [{"@context": inner, **RECORD}]}


def in_a_value(inner: Any) -> Any:
    return {**RECORD, "egap:x": [{"egap:y": {"@context": inner, "@id": "a:c"}}]}


def scoped(inner: Any) -> Any:
    return {"@context": {"p": {"@id": "egap:p", "@context": inner}}, **RECORD, "p": {"@id": "a:b"}}


def type_scoped(inner: Any) -> Any:
    return {"@context": {"T": {"@id": "egap:T", "@context": inner}}, "@type": "T", "@id": "a:b"}


def imported(inner: Any) -> Any:
    return {"@context": {"@version": 1.1, "@import": inner}, **RECORD}


def in_a_container(inner: Any) -> Any:
    definition = {"@id": "egap:g", "@container": "@graph"}
    return {"@context": {"g": definition}, **RECORD, "g": {"@context": inner, "@id": "a:b"}}


def included(inner: Any) -> Any:
    return {**RECORD, "@included": [{"@context": inner, "@id": "a:b"}]}


def reverse(inner: Any) -> Any:
    return {**RECORD, "@reverse": {"egap:x": {"@context": inner, "@id": "a:b"}}}


def top(inner: Any) -> Any:
    return {"@context": inner, **RECORD}


PLACES: tuple[Callable[[Any], Any], ...] = (
    nested, in_a_value, scoped, type_scoped, imported, in_a_container, included, reverse, top,
)  # fmt: skip
WRAPPINGS: tuple[Callable[[str], Any], ...] = (
    lambda address: address,
    lambda address: [address],
    lambda address: [{"x": "a:x"}, address, None],
    lambda address: {"@import": address},
    lambda address: [{"q": {"@id": "a:q", "@context": [address]}}],
    lambda address: {"q": {"@id": "a:q", "@context": {"@import": address}}},
)


def documents(number: int, addresses: list[str], seed: int = 13) -> Iterator[bytes]:
    """Yield so many documents of EvalGap, each of which names one of the addresses somewhere."""
    random = Random(seed)  # noqa: S311 - the same documents in every run
    for index in range(number):
        place = PLACES[index % len(PLACES)]
        inner = random.choice(WRAPPINGS)(random.choice(addresses))
        tree = place(random.choice(addresses) if place is imported else inner)
        own = random.choice([{"egap": ONTOLOGY}, [{"egap": ONTOLOGY}], [OWN, {"egap": ONTOLOGY}]])
        given = tree.pop("@context", [])
        contexts = [*(own if isinstance(own, list) else [own]),
                    *(given if isinstance(given, list) else [given])]  # fmt: skip
        whole = {"@context": contexts[0] if len(contexts) == 1 else contexts, **tree}
        yield json.dumps([whole] if random.random() < 0.1 else whole).encode()


@dataclass
class Watched:
    """Addresses that somebody watches, and what was seen of them."""

    addresses: list[str]
    hits: list[str] = field(default_factory=list)


@contextmanager
def watched(folder: Path) -> Iterator[Watched]:
    """Watch an address on loopback, and files: pipes, which nobody can open unseen."""
    pipe = folder / "canary.jsonld"
    os.mkfifo(pipe)
    over = Event()
    with create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        port = listener.getsockname()[1]
        found = Watched([
            f"http://127.0.0.1:{port}/context", f"http://localhost:{port}/{'x' * 9}.jsonld",
            f"//127.0.0.1:{port}/context", f"file://{pipe}", f"file://localhost{pipe}", str(pipe),
            f"http://127.0.0.1:{port}/ontology/context.jsonld?x", "../canary.jsonld",
        ])  # fmt: skip

        def watch() -> None:
            while not over.is_set():
                with suppress(OSError):  # it can be opened for writing only while somebody reads
                    os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
                    found.hits.append(str(pipe))
                with suppress(TimeoutError):
                    listener.accept()[0].close()
                    found.hits.append(f"port {port}")

        thread = Thread(target=watch)
        thread.start()
        try:
            yield found
        finally:
            over.set()
            thread.join()
