"""What the store gives out is what it has: an export that is imported again changes nothing."""

import io
import tarfile
from collections.abc import Iterable, Iterator

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.common.settings import Settings
from service.web.app import create_app
from tests.ingest.test_imports import ended, sent
from tests.tokens import AUTHORIZED, TOKEN

KINDS = {
    "yaml": ("gaps", "reviews"),
    "ttl": ("cards", "deployments", "systems", "studies"),
}


@pytest.fixture(scope="module")
def shipped() -> Iterator[TestClient]:
    settings = Settings(store=None, validators=0, token=SecretStr(TOKEN))
    with TestClient(create_app(settings), headers=AUTHORIZED) as client:
        yield client


def paths(client: TestClient, kind: str, form: str) -> Iterator[str]:
    """Yield the name of the file of every record of a kind."""
    address = f"/api/v1/{kind}?limit=100"
    while address:
        page = client.get(address).json()
        yield from (f"{kind}/{item['id']}.{form}" for item in page["items"])
        address = page.get("next")


def tarred(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


@pytest.mark.parametrize("form", KINDS)
def test_shipped_records_come_back_unchanged(shipped: TestClient, form: str) -> None:
    """Some hundred of them: however many are shipped, each kind has its share."""
    every = [path for kind in KINDS[form] for path in paths(shipped, kind, form)]
    some = every[:: max(1, len(every) // 100)]
    assert len(some) > 80
    assert_unchanged(shipped, some)


def assert_unchanged(client: TestClient, files: Iterable[str]) -> None:
    """Assert that importing what these files are exported as would change nothing."""
    given = {path: client.get(f"/api/v1/{path}").content for path in files}
    job = ended(client, sent(client, tarred(given), dry_run=True))
    assert job["states"] == {"unchanged": len(given)}
