"""The cases of w3c/rdf-tests: read from their manifests, and run against an endpoint over HTTP."""

import csv
import os
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyoxigraph as ox
from httpx2 import Client, Response

HERE = Path(__file__).with_name("rdf-tests")
BASE = "https://w3c.github.io/rdf-tests/"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
UT = "http://www.w3.org/2009/sparql/tests/test-update#"
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
XSD = "http://www.w3.org/2001/XMLSchema#"
NUMERIC = {
    f"{XSD}{name}"
    for name in ("integer", "decimal", "double", "float", "int", "long", "short", "byte",
                 "nonNegativeInteger", "positiveInteger")
}  # fmt: skip
SYNTAXES = {
    ".ttl": ox.RdfFormat.TURTLE, ".n3": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS, ".rdf": ox.RdfFormat.RDF_XML, ".trig": ox.RdfFormat.TRIG,
}  # fmt: skip
RESULTS = {
    ".srx": ox.QueryResultsFormat.XML,
    ".srj": ox.QueryResultsFormat.JSON,
    ".tsv": ox.QueryResultsFormat.TSV,
}
JSON, XML, TRIPLES = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "application/n-triples",
)

Outcome = tuple[str, Any]
"""`ask` with the answer, `select` with the rows, or `graph` with the quads."""


@dataclass(frozen=True)
class Case:
    """One case: the folder and name it has in the suite, its kind, what is done and expected."""

    name: str
    kind: str
    text: str
    default: tuple[str, ...] = ()
    named: tuple[tuple[str, str], ...] = ()
    result: str | None = None
    default_after: tuple[str, ...] = ()
    named_after: tuple[tuple[str, str], ...] = ()
    lax: bool = False
    """Whether rows may come more often or less often, as REDUCED allows."""


def folder(scratch: Path) -> Path:
    """Return the folder of the suite, unpacked to `scratch` unless the environment names one."""
    if given := os.environ.get("EVALGAP_RDF_TESTS"):
        return Path(given)
    with tarfile.open(HERE / "sparql.tar.xz") as packed:
        packed.extractall(scratch, filter="data")
    return scratch


@dataclass
class Suite:
    """The files of the suite, and the cases that their manifests list."""

    root: Path

    def path(self, iri: str) -> Path:
        """Return the file that stands for an IRI of the suite."""
        return self.root / unquote(iri.removeprefix(BASE))

    def quads(self, iri: str) -> list[ox.Quad]:
        """Return the content of a file of RDF, each time with blank nodes of its own."""
        path = self.path(iri)
        form, data = SYNTAXES[path.suffix], path.read_bytes()
        return list(ox.parse(data, format=form, base_iri=iri, rename_blank_nodes=True))

    def cases(self, version: str) -> Iterator[Case]:
        """Yield the cases of `sparql10`, `sparql11` or `sparql12`, folder by folder."""
        for path in sorted((self.root / "sparql" / version).glob("*/manifest.ttl")):
            manifest = _Graph(self.quads(f"{BASE}{path.relative_to(self.root).as_posix()}"))
            for entry in manifest.entries():
                yield self._case(manifest, entry, path.parent.name)

    def _case(self, manifest: "_Graph", entry: Any, place: str) -> Case:
        kind = manifest.one(entry, f"{RDF}type").value.rpartition("#")[2]
        action, result = manifest.one(entry, f"{MF}action"), manifest.one(entry, f"{MF}result")
        update = "Update" in kind
        space = UT if update else QT
        text = manifest.one(action, f"{UT}request" if update else f"{QT}query") or action
        local = entry.value.rpartition("#")[2].rpartition("/")[2]
        default, named = manifest.data(action, space)
        after, named_after = manifest.data(result, UT) if update else ((), ())
        return Case(
            f"{place}/{local}", kind, text.value, default, named,
            None if result is None else result.value, after, named_after,
            manifest.one(entry, f"{MF}resultCardinality") is not None,
        )  # fmt: skip


class _Graph:
    """Triples that are asked for one by one."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._values: dict[tuple[Any, str], list[Any]] = {}
        self._heads: list[Any] = []
        for quad in quads:
            self._values.setdefault((quad.subject, quad.predicate.value), []).append(quad.object)
            if quad.predicate.value == f"{MF}entries":
                self._heads.append(quad.object)

    def all(self, subject: Any, predicate: str) -> list[Any]:
        return self._values.get((subject, predicate), [])

    def one(self, subject: Any, predicate: str) -> Any:
        return next(iter(self.all(subject, predicate)), None)

    def entries(self) -> Iterator[Any]:
        for head in self._heads:
            place = head
            while (entry := self.one(place, f"{RDF}first")) is not None:
                yield entry
                place = self.one(place, f"{RDF}rest")

    def data(self, node: Any, space: str) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        """Return the files of the default graph, and those of named graphs with their names."""
        default = tuple(value.value for value in self.all(node, f"{space}data"))
        named = []
        for value in self.all(node, f"{space}graphData"):
            file = self.one(value, f"{UT}graph")
            name = self.one(value, LABEL)
            named.append((name.value, file.value) if file else (value.value, value.value))
        return default, tuple(named)


class Runner:
    """Runs cases against one endpoint, which holds nothing else."""

    def __init__(self, client: Client, suite: Suite) -> None:
        """Empty nothing yet."""
        self._client = client
        self._suite = suite
        self._held: object = None

    def passes(self, case: Case) -> str | None:
        """Return nothing where a case passes, else what came in a few words."""
        try:
            if "SyntaxTest" in case.kind:
                return self._syntax(case)
            if "Update" in case.kind:
                return self._update(case)
            return self._query(case)
        except (RefusedError, SyntaxError, ValueError) as error:
            return f"{type(error).__name__}: {str(error)[:200]}"

    def _syntax(self, case: Case) -> str | None:
        text = self._text(case.text)
        name = "update" if "Update" in case.kind else "query"
        if name == "update":
            self._fill(Case("", "", ""))
        answer = self._client.post("/sparql", data={name: text})
        if name == "update" and answer.is_success:  # else nothing has changed
            self._held = None
        wanted = 400 if case.kind.startswith("Negative") else 204 if name == "update" else 200
        return None if answer.status_code == wanted else f"{answer.status_code} {answer.text[:200]}"

    def _update(self, case: Case) -> str | None:
        self._fill(case)
        self._held = None
        self._sent({"update": f"BASE <{case.text}>\n{self._text(case.text)}"})
        wanted = self._dataset(case.default_after, case.named_after)
        found = [*self._default(), *self._named()]
        return None if same(("graph", found), ("graph", wanted)) else f"{found}"[:200]

    def _query(self, case: Case) -> str | None:
        self._fill(case)
        assert case.result
        path = self._suite.path(case.result)
        if path.suffix == ".csv":
            return self._csv(case, path.read_text(encoding="utf-8"))
        expected = self._expected(case.result)
        text = self._text(case.text)
        for media in (JSON, XML):
            answer = self._sent(
                {"query": f"BASE <{case.text}>\n{text}"}, f"{media}, {TRIPLES};q=0.5"
            )
            found = outcome(answer)
            if not same(*map(_once, (found, expected)) if case.lax else (found, expected)):
                return f"{media} {found}"[:300]
            if found[0] == "graph":
                break
        return None

    def _csv(self, case: Case, expected: str) -> str | None:
        answer = self._sent({"query": self._text(case.text)}, "text/csv")
        found, wanted = (_csv_rows(text) for text in (answer.text, expected))
        return None if found == wanted else answer.text[:200]

    def _text(self, iri: str) -> str:
        return self._suite.path(iri).read_text(encoding="utf-8")

    def _fill(self, case: Case) -> None:
        """Make the store hold the data of a case; what FROM names is put there as well."""
        named = case.named or self._named_in(case)
        if self._held == (case.default, named):
            return
        blocks: dict[str, str] = {f"GRAPH <{name}>": "" for name, _ in named}
        for quad in self._dataset(case.default, named):
            graph = quad.graph_name
            head = "" if isinstance(graph, ox.DefaultGraph) else f"GRAPH {graph}"
            blocks[head] = f"{blocks.get(head, '')}{quad.triple} .\n"
        made = [f"CREATE {head} ;" for head in blocks if head]
        data = [f"{head} {{ {text} }}" if head else text for head, text in blocks.items()]
        text = " ".join(["DROP ALL ;", *made, "INSERT DATA {", *data, "}"])
        self._sent({"update": text})
        self._held = case.default, named

    def _named_in(self, case: Case) -> tuple[tuple[str, str], ...]:
        if case.default or "Evaluation" not in case.kind:
            return ()
        names = re.findall(r"FROM\s+(?:NAMED\s+)?<([^>]+)>", self._text(case.text))
        places = [f"{case.text.rpartition('/')[0]}/{name}" for name in names]
        return tuple((place, place) for place in places)

    def _dataset(self, default: Sequence[str], named: Iterable[tuple[str, str]]) -> list[ox.Quad]:
        """Return the content of files as quads; a file of quads names its graphs itself."""
        found = [quad for iri in default for quad in self._suite.quads(iri)]
        for name, iri in named:
            found += [
                ox.Quad(q.subject, q.predicate, q.object, ox.NamedNode(name))
                for q in self._suite.quads(iri)
            ]
        return found

    def _default(self) -> list[ox.Quad]:
        answer = self._client.get("/rdf-graph-store?default", headers={"Accept": TRIPLES})
        return list(ox.parse(answer.content, format=ox.RdfFormat.N_TRIPLES))

    def _named(self) -> list[ox.Quad]:
        answer = self._sent({"query": "SELECT * { GRAPH ?g { ?s ?p ?o } }"}, JSON)
        rows = outcome(answer)[1]
        return [ox.Quad(row["s"], row["p"], row["o"], row["g"]) for row in rows]

    def _expected(self, iri: str) -> Outcome:
        path = self._suite.path(iri)
        if path.suffix in RESULTS:
            return _results(path.read_bytes(), RESULTS[path.suffix])
        quads = self._suite.quads(iri)
        return _result_set(quads) if _is_result_set(quads) else ("graph", quads)

    def _sent(self, form: Mapping[str, str], accept: str = "*/*") -> Response:
        answer = self._client.post("/sparql", data=dict(form), headers={"Accept": accept})
        if not answer.is_success:
            raise RefusedError(f"{answer.status_code} {answer.text[:200]}")
        return answer


def _csv_rows(text: str) -> list[list[tuple[str, str]]]:
    """Return the rows of CSV in an order of their own; SELECT * gives columns in any order."""
    rows = csv.DictReader(StringIO(re.sub(r"_:\w+", "_:b", text), newline=""))
    return sorted(sorted(row.items()) for row in rows)


def _once(found: Outcome) -> Outcome:
    """Return an outcome with each row once."""
    return found[0], list({str(sorted(row.items(), key=str)): row for row in found[1]}.values())


class RefusedError(Exception):
    """The endpoint answered with an error."""


def outcome(answer: Response) -> Outcome:
    """Return an answer of an endpoint as it is compared."""
    media = answer.headers["content-type"].partition(";")[0]
    if media == TRIPLES:
        return "graph", list(ox.parse(answer.content, format=ox.RdfFormat.N_TRIPLES))
    form = ox.QueryResultsFormat.JSON if media == JSON else ox.QueryResultsFormat.XML
    return _results(answer.content, form)


def same(one: Outcome, other: Outcome) -> bool:
    """Tell whether two outcomes are equal: blank nodes by any name, numbers by their value."""
    if one[0] != other[0]:
        return False
    if one[0] == "ask":
        return bool(one[1] == other[1])
    if one[0] == "graph":
        return _canonical(one[1]) == _canonical(other[1])
    return len(one[1]) == len(other[1]) and _canonical(_rows(one[1])) == _canonical(_rows(other[1]))


def _canonical(quads: Iterable[ox.Quad]) -> set[ox.Quad]:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(dataset)


def _rows(rows: Iterable[Mapping[str, Any]]) -> Iterator[ox.Quad]:
    """Yield rows as quads, so that their blank nodes are compared together."""
    for number, row in enumerate(rows):
        node = ox.BlankNode(f"row{number}")
        yield ox.Quad(node, ox.NamedNode("urn:is"), ox.NamedNode("urn:row"))
        for name, term in row.items():
            yield ox.Quad(node, ox.NamedNode(f"urn:{name}"), _by_value(term))


def _by_value(term: Any) -> Any:
    if isinstance(term, ox.Triple):
        return ox.Triple(term.subject, term.predicate, _by_value(term.object))
    if not isinstance(term, ox.Literal):
        return term
    if term.datatype.value == f"{XSD}boolean":
        text = {"1": "true", "0": "false"}.get(term.value, term.value)
        return ox.Literal(text, datatype=term.datatype)
    try:
        number = float(term.value) if term.datatype.value in NUMERIC else None
    except ValueError:
        return term
    return term if number is None else ox.Literal(repr(number), datatype=term.datatype)


def _results(data: bytes, form: ox.QueryResultsFormat) -> Outcome:
    found: Any = ox.parse_query_results(data, format=form)
    if isinstance(found, ox.QueryBoolean):
        return "ask", bool(found)
    names = [variable.value for variable in found.variables]
    rows = [{n: row[n] for n in names if row[n] is not None} for row in found]
    return "select", rows


def _is_result_set(quads: Iterable[ox.Quad]) -> bool:
    kind = ox.NamedNode(f"{RS}ResultSet")
    return any(quad.object == kind for quad in quads)


def _result_set(quads: Iterable[ox.Quad]) -> Outcome:
    """Read the vocabulary in which SPARQL 1.0 wrote its results."""
    graph = _Graph(quads)
    for quad in quads:
        if quad.predicate.value == f"{RS}boolean":
            assert isinstance(quad.object, ox.Literal)
            return "ask", quad.object.value == "true"
    solutions = [q.object for q in quads if q.predicate.value == f"{RS}solution"]
    rows = []
    for solution in solutions:
        bindings = graph.all(solution, f"{RS}binding")
        rows.append(
            {graph.one(b, f"{RS}variable").value: graph.one(b, f"{RS}value") for b in bindings}
        )
    return "select", rows
