"""A store moves: `evalgap export - | evalgap load -`, to a server and back again."""

import gzip
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pyoxigraph as ox
import pytest

from loaders.mapping.iris import BASE, ONTOLOGY_GRAPH, SHAPES_GRAPH
from tests.cli.conftest import command
from tests.servers import PASSWORD, USER, oxigraph_server, virtuoso_server


@pytest.fixture(scope="module", params=["oxigraph-server", "virtuoso"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Return the address of an empty server of each kind, with the user that may write."""
    folder = tmp_path_factory.mktemp("server") / "store"
    with ExitStack() as stack:
        if request.param == "virtuoso":
            url = stack.enter_context(virtuoso_server(folder))
            yield url.replace("//", f"//{USER}:{PASSWORD}@")
        else:
            yield f"{stack.enter_context(oxigraph_server(folder))}/query"


@pytest.fixture(scope="module")
def whole(seeded: Path) -> str:
    """Return the export of a store that holds the shipped data."""
    return command(seeded, "export", "-").stdout


@pytest.fixture(scope="module")
def part(whole: str) -> str:
    """Return some graphs of that export, still more than go to a server in one request.

    The shapes are among them, whose blank nodes stand in lists; the ontology is not, which is long.
    """
    lines = whole.splitlines(keepends=True)
    graphs = [line.rsplit(maxsplit=2)[1] for line in lines]
    names = sorted({*graphs} - {ONTOLOGY_GRAPH.n3()})
    kept = {SHAPES_GRAPH.n3(), *names[::4]}
    assert len(kept) > 2 * 50
    return "".join(line for line, graph in zip(lines, graphs, strict=True) if graph in kept)


@pytest.fixture(scope="module")
def stated(part: str) -> ox.Dataset:
    """Return what that export says; naming its blank nodes takes seconds."""
    return statements(part)


def statements(nquads: str) -> ox.Dataset:
    """Return what an export says, with blank nodes under names that depend on nothing else."""
    found = ox.Dataset(ox.parse(nquads.encode(), format=ox.RdfFormat.N_QUADS))
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return found


def test_a_store_moves_to_a_server_and_back(
    part: str, stated: ox.Dataset, server: str, tmp_path: Path
) -> None:
    there = command(tmp_path / "unused", "load", "-", "--store", server, stdin=part)
    assert there.returncode == 0, there.stderr
    assert "statements are loaded" in there.stdout
    exported = command(tmp_path / "unused", "export", "-", "--store", server).stdout
    assert statements(exported) == stated
    (tmp_path / "back.nq.gz").write_bytes(gzip.compress(exported.encode()))
    back = command(tmp_path / "back", "load", tmp_path / "back.nq.gz")
    assert back.returncode == 0, back.stderr
    assert statements(command(tmp_path / "back", "export").stdout) == stated


def test_a_store_that_holds_something_is_left_as_it_is(whole: str, seeded: Path) -> None:
    done = command(seeded, "load", "-", stdin=whole)
    assert done.returncode == 2
    assert "not empty" in done.stderr
    assert sorted(command(seeded, "export").stdout.splitlines()) == sorted(whole.splitlines())


@pytest.mark.parametrize("end", ["<broken", '<urn:s> <urn:p> "open .\n'])
def test_a_dump_that_does_not_parse_leaves_nothing(part: str, tmp_path: Path, end: str) -> None:
    done = command(tmp_path / "store", "load", "-", stdin=part + end)
    assert done.returncode == 2
    assert "nothing was loaded" in done.stderr
    assert "Traceback" not in done.stderr
    again = command(tmp_path / "store", "load", "-", stdin=part)
    assert again.returncode == 0, again.stderr


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = command(tmp_path / "store", "load", tmp_path / "absent.nq")
    assert done.returncode == 2
    assert "absent.nq" in done.stderr
    assert not (tmp_path / "store").exists()
    nowhere = tmp_path / "absent" / "table.csv"
    done = command(tmp_path / "store", "template", nowhere)
    assert done.returncode == 2
    assert done.stderr.split() == f"evalgap: No such file or directory: '{nowhere}'.".split()


FOREIGN = """
<{0}id/card/{1}/us/a> <http://www.w3.org/ns/dcat#isVersionOf> <{0}id/card/{1}/us> ;
  <http://www.w3.org/ns/dcat#version> "{2}" ;
  <{0}ontology#recordedIn> [ <{0}ontology#contentHash> "0" ] .
"""
CARD = """
evalgap: 1
benchmark_name: {0}
benchmark: {{id: {0}}}
card: {{author: {{id: us, name: Us}}, origin: third-party}}
"""


def test_a_card_whose_stored_version_is_no_number_is_set_aside(tmp_path: Path) -> None:
    versions = {"one": "1.0.2", "two": "²", "three": "-1"}
    report, cards, graph = (tmp_path / n for n in ("report.json", "cards", "foreign.nq"))
    foreign = "".join(FOREIGN.format(BASE, *version) for version in versions.items())
    triples = ox.parse(foreign, ox.RdfFormat.TURTLE)
    ox.serialize(triples, graph, ox.RdfFormat.N_QUADS)
    command(tmp_path / "store", "load", graph, seed=False)
    cards.mkdir()
    for name in (*versions, "other"):
        (cards / f"{name}.yaml").write_text(CARD.format(name))
    done = command(tmp_path / "store", "import", cards, "--report", report, seed=False)
    states = {Path(o["source"]).stem: o["state"] for o in json.loads(report.read_text())}
    assert states == {**dict.fromkeys(versions, "set aside"), "other": "new"}, done.stderr
    assert done.returncode == 1
    for version in versions.values():
        assert f"stored version is no whole number: '{version}'" in done.stderr
