"""Reads hostile input as an import does: from a file, through every loader, with little memory."""

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from loaders.contract import Document, Rejected
from loaders.reading.files import raw_records
from loaders.registry import documents

GOOD = b'{"benchmark_details": {"name": "Good"}}'
MEMORY = 600 * 2**20
"""Address space for one import in a process of its own; Python and its libraries need 250 MB."""

Read = Callable[..., list[Document | Rejected]]
_ACCOUNT = """
import sys
from pathlib import Path
from loaders.contract import Rejected
from loaders.reading.files import raw_records
from loaders.registry import documents
for raw in raw_records([Path(sys.argv[1])]):
    for found in [raw] if isinstance(raw, Rejected) else documents(raw):
        why = found.problems[0].sentence() if isinstance(found, Rejected) else "read"
        print(found.raw.title.replace(sys.argv[1], ""), "|", why)
"""


def read_file(path: Path) -> list[Document | Rejected]:
    """Return every document and rejection of a file or folder."""
    found: list[Document | Rejected] = []
    for raw in raw_records([path]):
        found += [raw] if isinstance(raw, Rejected) else documents(raw)
    return found


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a function that writes bytes to a file of a name and reads it."""

    def written(data: bytes, name: str = "card.yaml") -> list[Document | Rejected]:
        path = tmp_path / name
        path.write_bytes(data)
        return read_file(path)

    return written


def account(path: Path) -> list[str]:
    """Return a line per record of a file, read in a process with little memory."""
    done = subprocess.run(
        [sys.executable, "-c", _ACCOUNT, str(path)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def reason(found: list[Document | Rejected]) -> str:
    """Return why the only record was rejected; it has its bytes and a mend."""
    assert len(found) == 1
    assert isinstance(found[0], Rejected), found
    assert found[0].problems[0].message
    return found[0].problems[0].sentence()
