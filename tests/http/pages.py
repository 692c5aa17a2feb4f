"""How the tests read a page: as words, rows and addresses, the way a person does."""

import csv
import re
from html import unescape
from io import StringIO
from pathlib import Path

from fastapi.testclient import TestClient

from service.common.settings import Settings
from service.web.app import create_app
from tests.cli.conftest import command


def words(html: str) -> str:
    """Return the visible text of HTML, white space folded."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def part(html: str, start: str, end: str) -> str:
    """Return what stands between two texts, both of which must be there."""
    assert start in html, start
    found, separator, _ = html.partition(start)[2].partition(end)
    assert separator, end
    return found


def addresses(html: str) -> list[str]:
    """Return every address of this service that a page links to."""
    found = re.findall(r'href="(/[^"#]*)', html)
    return list(dict.fromkeys(unescape(a) for a in found))


def table(text: str) -> list[dict[str, str]]:
    """Return the rows of CSV."""
    return list(csv.DictReader(StringIO(text)))


def imported(folder: Path, *texts: str) -> Path:
    """Return the store in `folder` after an import of these files, in this order."""
    store = folder / "store"
    for number, text in enumerate(texts):
        file = folder / f"given-{number}.yaml"
        file.write_text(text, encoding="utf-8")
        done = command(store, "import", file)
        assert done.returncode == 0, done.stderr
    return store


def service_with(folder: Path, *texts: str) -> TestClient:
    """Return a client of a service over the shipped data and these files."""
    return TestClient(create_app(Settings(store=imported(folder, *texts))))
