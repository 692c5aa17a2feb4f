"""Services over the shipped data and what a test imports beside it."""

from pathlib import Path

from fastapi.testclient import TestClient

from service.common.settings import Settings
from service.web.app import create_app
from tests.cli.conftest import command


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
