"""What the tests share: one application in memory, and the places of real input."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.app import create_app
from service.config import Settings

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """Return a client of the whole service over the shipped data, kept in memory."""
    app = create_app(Settings(store=None, validators=0))
    with TestClient(app, follow_redirects=False) as found:
        yield found


@pytest.fixture(scope="session")
def real_cards() -> Path:
    """Return the folder of real cards, which stands beside the checkout and not in it."""
    folder = SHARED / "cards"
    if not folder.is_dir():
        pytest.skip("no real cards beside this checkout")
    return folder
