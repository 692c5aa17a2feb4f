"""Requests at random: every route of the application, with odd parameters, fields and bodies.

What is sent depends on the seed alone, so a failure is sent again by its seed and number.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.routing import APIRoute

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW")
WEIGHTS = (45, 4, 20, 9, 5, 8, 4, 1)

NAMES = (
    "medqa", "medqa/evalgap", "medqa/evalgap/1", "bean2026-scenarios/evalgap",
    "public-self-assessment", "clinician-workup", "bean2026-gpt4o-recomputed", "interaction-type",
    "interaction-type/single-turn", "benchmark/medqa", "things", "provenance", "ontology", "0.1.0",
    "ladder", "closest-benchmarks", "coverage", "records-by-kind", "1", "evalgap.ttl", "a.nq",
)  # fmt: skip
"""Names that mean something at some place of an address."""

ODD = (
    "", " ", "0", "-1", "1e309", "NaN", "²", "٣", "0x10", "1_000", "9" * 30, "null", "true", "[]",
    "{}", "a" * 400, "'", '"', "`", "\\", ";", "--", "../../etc/passwd", "..%2f..", "%00", "\0",
    "\r\nX-Injected: yes", "<script>alert(1)</script>", "日本", "\u202e",
    "\ufeff", "é", "\U0001f600",
    "urn:x", "a b", "<a>", "http://127.0.0.1:9/x", "file:///etc/passwd", "9999-99-99", "2026-02-30",
    "SELECT * { ?s ?p ?o } LIMIT 2", "ASK {}", "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 2", "SELECT",
    "DESCRIBE <https://w3id.org/evalgap/id/benchmark/medqa>", "} UNION {", "INSERT DATA {}",
    "INSERT DATA { <a:a> <a:b> <<( <a:c> <a:d> <a:e> )>> }", "csv", "ttl", "json", "xml",
    "text/html",
    "healthcare", "multi-turn", "interaction-type:single-turn", "interaction-type,query-authorship",
    ",", "=", "&", "a" * 5000, "two-proportions", "5", "accuracy",
)  # fmt: skip

TYPES = (
    "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b",
    "multipart/form-data", "text/turtle", "application/ld+json", "application/rdf+xml",
    "application/n-triples", "application/sparql-query", "application/sparql-update", "text/csv",
    "application/vnd.apache.parquet", "application/yaml", "", "nonsense",
    "text/plain; charset=utf-7",
    'application/json; charset="',
)  # fmt: skip

FIELDS: dict[str, Sequence[str]] = {
    "Accept": (
        "*/*", "text/html", "application/json", "text/turtle", "application/ld+json",
        "application/rdf+xml", "text/csv", "application/n-quads", "", "/", "x", "text/*;q=0",
        "*/*;q=0", "text/html;q=abc", ",,,", "a/b;" * 60, "application/sparql-results+xml",
    ),
    "Range": ("bytes=0-9", "bytes=-1", "bytes=9-0", "bytes=0-0,4-5", "lines=1"),
    "If-None-Match": ("*", '"x"', "W/", "x,,"),
    "If-Modified-Since": ("never", "Sat, 99 Nov 2026", "Sat, 28 Nov 2099 11:28:58 GMT"),
    "Origin": ("null", "http://elsewhere.example"),
    "Accept-Encoding": ("gzip", "br", "*;q=0", "identity;q=0"),
    "Content-Encoding": ("gzip", "nonsense"),
    "Sec-Fetch-Site": ("cross-site", "same-origin"),
    "X-Forwarded-For": ("x", "1.1.1.1, ,"),
    "X-Forwarded-Proto": ("https", "gopher"),
    "Cookie": ("a=b",),
    "HX-Request": ("true",),
    "X-Request-ID": ("a" * 300, "é"),
    "Last-Event-ID": ("x", "-1", "9" * 30),
}  # fmt: skip

CARD = 'benchmark_details:\n  name: "Fuzzed"\n  overview: "x"\n'
BODIES = (
    "<a:a> <a:b> <a:c> .", '<a:a> <a:b> "x"@en--ltr .', "@prefix : <",
    '{"@context": {}, "@id": "a:b"}',
    '{"@context": "http://127.0.0.1:9/c"}', "<rdf:RDF", "<?xml version='1.0'?><!DOCTYPE a [",
    "[", "{",
    "---\n- a\n", "a: &x [*x]", "title: !x y", "%YAML 9.9\n---\na", "PK\x03\x04....",
    "\x1f\x8b\x08....",
    "PAR1....PAR1", "rung,item,score\na,1,1\na,2,0\nb,1,nan\n", "rung,item,score\n", CARD, "",
    "query=ASK%7B%7D", "update=INSERT+DATA+%7B%7D", "SELECT * { ?s ?p ?o } LIMIT 2",
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\na: b\r\n--b--\r\n',
)  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """One request."""

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Routes:
    """The addresses of an application, as patterns, and the parameters that any of them has."""

    paths: tuple[str, ...]
    params: tuple[str, ...]


def routes(app: FastAPI) -> Routes:
    """Return every address of an application, the undocumented ones included."""
    paths = {route.path for route in every_route(app)}
    documented = app.openapi()["paths"].values()
    params = {
        parameter["name"]
        for operations in documented
        for operation in operations.values()
        for parameter in operation.get("parameters", ())
    }
    more = {
        "format", "q", "page", "sort", "graph", "default", "query", "update", "timeout", "source",
        "using-graph-uri", "named-graph-uri", "default-graph-uri", "cell", "tab", "from", "to",
        "card",
        "deployment", "token", "dry_run", "name", "view", "rows", "columns", "assumes",
    }  # fmt: skip
    static = {"/static/{path}", "/swagger/{path}", "/openapi.json", "/docs", "/nothing/{path}"}
    return Routes(tuple(sorted(paths | static)), tuple(sorted(params | more)))


def every_route(app: FastAPI) -> Iterator[APIRoute]:
    """Yield the routes of an application, those of routers inside it included."""
    waiting: list[Any] = list(app.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, APIRoute):
            yield route
        else:
            inner = getattr(route, "original_router", None) or getattr(route, "app", None)
            waiting += getattr(inner, "routes", [])


def requests(known: Routes, seed: int) -> Iterator[Sent]:
    """Yield requests without end, the same ones for a seed."""
    chance = Random(seed)  # noqa: S311 - it is to be the same each time
    while True:
        yield _request(known, chance)


def _request(known: Routes, chance: Random) -> Sent:
    method = chance.choices(METHODS, WEIGHTS)[0]
    headers = {
        name: chance.choice(values)
        for name, values in FIELDS.items()
        if chance.random() < _often(name)
    }
    body = b""
    if method in {"POST", "PUT", "PATCH"} or chance.random() < 0.05:
        body, headers["Content-Type"] = _body(chance), chance.choice(TYPES)
    number = chance.choice((0, 0, 1, 1, 2, 4))
    params = tuple((chance.choice(known.params), _value(chance)) for _ in range(number))
    return Sent(method, _path(known, chance), params, headers, body)


def _often(name: str) -> float:
    return 0.6 if name == "Accept" else 0.05


def _value(chance: Random) -> str:
    return chance.choice(NAMES if chance.random() < 0.4 else ODD)


def _path(known: Routes, chance: Random) -> str:
    parts = chance.choice(known.paths).replace(":path}", "}").split("{")
    filled = [parts[0]]
    for part in parts[1:]:
        value = _value(chance)[:300] or "x"
        safe = chance.choice(("/", "", "/:@'"))
        filled.append(quote(value.encode("utf-8", "replace"), safe=safe) + part.partition("}")[2])
    return "".join(filled)


def _body(chance: Random) -> bytes:
    kind = chance.random()
    if kind < 0.2:
        return chance.randbytes(chance.randrange(200))
    if kind < 0.5:
        return json.dumps(_tree(chance, 0)).encode()
    text = bytearray(chance.choice(BODIES).encode())
    for _ in range(chance.choice((0, 0, 1, 3))):
        place = chance.randrange(len(text) + 1)
        text[place : place + chance.randrange(5)] = chance.choice(ODD).encode()[:20]
    return bytes(text)


def _tree(chance: Random, depth: int) -> Any:
    kind = chance.random()
    if depth > 4 or kind < 0.4:
        return chance.choice((*ODD, *NAMES, 0, -1, 1.5, None, True, 10**30))
    if kind < 0.55:
        return [_tree(chance, depth + 1) for _ in range(chance.randrange(4))]
    names = (*NAMES, *FORM, chance.choice(ODD))
    return {chance.choice(names): _tree(chance, depth + 1) for _ in range(chance.randrange(1, 6))}


FORM = (
    "deployment", "characteristics", "dimensions", "domain", "benchmark", "compare", "whatif",
    "least", "min_answered", "limit", "scores", "rung", "score", "n", "events", "rungs", "title",
    "domains", "values",
    "id", "card", "author", "threshold", "at_most", "unit", "sample", "method", "result", "metric",
    "before", "after", "status", "waiver", "subject", "target", "relation", "resamples", "seed",
)  # fmt: skip
"""Members of the bodies that some route reads."""
