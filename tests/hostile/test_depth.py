"""Nesting beyond 500 is refused by a linear scan, in every syntax, before a parser recurses."""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient

from loaders.reading.depth import MOST_LEVELS, Syntax, TooDeep, check_depth
from service.common.settings import Settings
from service.web.app import create_app

START = "<a:a> <a:b> "


def json(levels: int, noise: str = "") -> str:
    return "[" * levels + noise + "]" * levels


def json_ld(levels: int, noise: str = "") -> str:
    return '{"a:p":' * levels + (noise or "1") + "}" * levels


def collections(levels: int, noise: str = "") -> str:
    return START + "(" * levels + noise + ")" * levels + " ."


def nodes(levels: int, noise: str = "") -> str:
    return START + "[ <a:b> " * levels + (noise or "1") + "]" * levels + " ."


def triple_terms(levels: int, noise: str = "") -> str:
    return START + f"<<( {START}" * levels + (noise or "<a:a>") + " )>>" * levels + " ."


def reified(levels: int, noise: str = "") -> str:
    return START + f"<< {START}" * levels + (noise or "<a:a>") + " >>" * levels + " ."


def in_a_graph(levels: int, noise: str = "") -> str:
    return f"<a:g> {{ {collections(levels - 1, noise)} }}"


def quads(levels: int, noise: str = "") -> str:
    return triple_terms(levels, noise).removesuffix(".") + "<a:g> ."


def xml(levels: int, noise: str = "") -> str:
    pairs = (levels - 1) // 2
    inner = "<rdf:Description><e:p>" * pairs + noise + "</e:p></rdf:Description>" * pairs
    head = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="a:"'
    extra = "<rdf:Description></rdf:Description>" if levels % 2 == 0 else ""
    return f"<rdf:RDF {head}>{inner or extra}</rdf:RDF>" if pairs else f"<rdf:RDF {head}/>"


def flow(levels: int, noise: str = "") -> str:
    return "a: " + "[" * (levels - 1) + noise + "]" * (levels - 1)


def block(levels: int, noise: str = "") -> str:
    return "- " * levels + (noise or "x")


SHAPES: dict[str, tuple[Syntax, Callable[..., str], str]] = {
    "json": ("json", json, r'"]]\"]]\\"'),
    "json-ld": ("json-ld", json_ld, r'"}}\"}}\\"'),
    "turtle collections": ("turtle", collections, """')))' "))" '''))'))''' 1"""),
    "turtle nodes": ("turtle", nodes, "<a:b)))>, 'x\\']]', 1 # ]]]\n"),
    "turtle reified": ("turtle", reified, "'>>>>' "),
    "turtle triple terms": ("turtle", triple_terms, "' )>> )>>' "),
    "trig": ("trig", in_a_graph, "'}}}}' <a:)))> # }}}\n"),
    "n-triples": ("nt", triple_terms, '" )>> \\" )>>" '),
    "n-quads": ("nquads", quads, '" )>>" '),
    "yaml flow": ("yaml", flow, '\']]]\', "]]\\"]]"'),
    "yaml block": ("yaml", block, "a"),
    "rdf/xml": ("xml", xml, "<!-- </a></a> --><![CDATA[ </a></a> ]]><?x </a> ?>"),
}
shapes = pytest.mark.parametrize(("syntax", "made", "noise"), SHAPES.values(), ids=SHAPES)


@shapes
def test_500_levels_are_read_and_501_are_not(
    syntax: Syntax, made: Callable[..., str], noise: str
) -> None:
    step = 2 if syntax == "xml" else 1
    for inside in ("", noise):
        check_depth(made(MOST_LEVELS - step + 1, inside).encode(), syntax)
        for levels in (MOST_LEVELS + step, 20_000):
            with pytest.raises(TooDeep, match="500 levels deep"):
                check_depth(made(levels, inside).encode(), syntax)


@shapes
def test_the_scan_is_linear(syntax: Syntax, made: Callable[..., str], noise: str) -> None:
    def cost(size: int) -> float:
        data = (made(3, noise) + "\n").encode() * size
        unclosed = [opening * size * 4 for opening in (b'"<', b"'''", b"<!--", b"<![CDATA[", b"\\")]
        times = []
        for _ in range(5):
            began = time.thread_time()
            for text in (data, *unclosed):
                with suppress(TooDeep):
                    check_depth(text, syntax)
            times.append(time.thread_time() - began)
        return min(times)

    assert cost(4_000) / max(cost(500), 1e-3) < 16


def test_brackets_side_by_side_are_no_depth() -> None:
    for syntax, made, noise in SHAPES.values():
        check_depth(b"\n".join([made(5, noise).encode()] * 2_000), syntax)


RDF = {"turtle": ox.RdfFormat.TURTLE, "trig": ox.RdfFormat.TRIG, "nt": ox.RdfFormat.N_TRIPLES,
       "nquads": ox.RdfFormat.N_QUADS, "xml": ox.RdfFormat.RDF_XML}  # fmt: skip


@shapes
def test_what_passes_the_scan_ends_no_parser(
    syntax: Syntax, made: Callable[..., str], noise: str
) -> None:
    """The generated texts are RDF at all, and 500 levels of them are no danger."""
    if syntax in RDF:
        inside = noise if made in {collections, nodes, in_a_graph} else ""
        found = list(ox.parse(made(499, inside).encode(), format=RDF[syntax], base_iri="a:"))
        assert found or syntax == "xml"


def test_the_graph_store_refuses_what_is_too_deep() -> None:
    texts = {
        "text/turtle": (collections, triple_terms, nodes),
        "application/n-triples": (triple_terms,),
        "application/ld+json": (json_ld,),
        "application/rdf+xml": (xml,),
    }
    settings = Settings(store=None, seed=False, validators=0, gate=False, token="t" * 16)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        for media, every in texts.items():
            for made in every:
                for levels, status in ((499, 0), (503, 400), (20_000, 400)):
                    answer = client.put(
                        "/rdf-graph-store?graph=urn:g",
                        content=made(levels),
                        headers={"Content-Type": media, "Authorization": f"Bearer {'t' * 16}"},
                    )
                    if status:
                        assert answer.status_code == status, (media, made, levels)
                        assert "500 levels" in answer.json()["detail"]
                    else:
                        assert "levels" not in answer.text


def test_a_scan_needs_memory_in_proportion_to_the_text() -> None:
    code = """
import resource, sys
from loaders.reading.depth import check_depth
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
check_depth(b"<a:a> <a:b> (), [], '(' ." * 100_000, "turtle")
sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before))
"""
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True)
    assert int(done.stdout) * 1024 < 20 * 100_000 * 26
