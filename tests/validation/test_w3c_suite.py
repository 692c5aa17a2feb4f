"""The W3C SHACL test suite, as pySHACL's source distribution carries it: a batch gives the same.

The distribution is fetched at the hash of the lock file, not kept here. Cases with constraint
components of their own are left to pySHACL by `understood`, which is checked too.
"""

import re
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from rdflib import RDF, Graph, Namespace, URIRef

from service.validation.pyshacl_batch import BatchValidator, understood
from service.validation.validator import Triple
from tests.conftest import ROOT
from tests.servers import without
from tests.validation.both_ways import Outcome, as_it_comes, in_a_batch

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")
OWN_COMPONENTS = 5
CASES = 121

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning"),
]


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the cases."""
    folder = tmp_path_factory.mktemp("pyshacl")
    lock = (ROOT / "requirements.lock").read_text()
    found = re.search(r"^pyshacl==(?:.*\\\n)*.*$", lock, re.MULTILINE)
    assert found
    (folder / "only.txt").write_text(found[0])
    options = ["--no-deps", "--no-binary", "pyshacl", "--require-hashes", "-r", "only.txt"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        without(f"the source of pySHACL cannot be had: {done.stderr[-300:]}")
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return next(folder.glob("*/test/resources/sht_tests"))


def cases(suite: Path) -> Iterator[tuple[str, Graph, Graph]]:
    """Yield name, data and shapes of each case."""
    for path in sorted(suite.rglob("*.ttl")):
        manifest = Graph().parse(path, publicID=path.as_uri())
        for case in manifest.subjects(RDF.type, SHT.Validate):
            action = manifest.value(case, MF.action)
            graphs = [manifest.value(action, p) for p in (SHT.dataGraph, SHT.shapesGraph)]
            data, shapes = (_parsed(URIRef(str(g))) for g in graphs)
            yield str(path.relative_to(suite)), data, shapes


def _parsed(address: URIRef) -> Graph:
    path = Path(address.removeprefix("file://"))
    return Graph().parse(path if path.exists() else path.with_suffix(".ttl"), publicID=address)


def outcome(judged: Callable[[], Outcome]) -> Outcome:
    """Return what is found; or the name of what is raised, which has to be the same both ways."""
    try:
        return judged()
    except Exception as error:  # noqa: BLE001 - rdflib raises just that for an unknown prefix
        return type(error).__name__


def batched(shapes: Graph, data: list[Triple]) -> Outcome:
    return in_a_batch(BatchValidator(shapes, []), data)


def test_every_case_gives_what_pyshacl_gives_as_it_comes(suite: Path) -> None:
    left = seen = 0
    for name, data, shapes in cases(suite):
        seen += 1
        if not understood(shapes):
            left += 1
            continue
        expected = outcome(partial(as_it_comes, shapes, [], list(data)))
        found = outcome(partial(batched, shapes, list(data)))
        assert found == expected, name
    assert (seen, left) == (CASES, OWN_COMPONENTS)
