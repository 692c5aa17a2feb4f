"""What the store gives out is what it has: an export that is imported again changes nothing."""

import io
import tarfile
from collections.abc import Iterator

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


def exported(client: TestClient, kind: str, form: str) -> dict[str, bytes]:
    """Return every record of a kind, by the name of its file."""
    found, address = {}, f"/api/v1/{kind}?limit=100"
    while address:
        page = client.get(address).json()
        for item in page["items"]:
            path = f"{kind}/{item['id']}.{form}"
            found[path] = client.get(f"/api/v1/{path}").content
        address = page.get("next")
    return found


def tarred(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


@pytest.mark.parametrize("form", KINDS)
def test_every_shipped_record_comes_back_unchanged(shipped: TestClient, form: str) -> None:
    files = {k: v for kind in KINDS[form] for k, v in exported(shipped, kind, form).items()}
    assert len(files) > 80
    job = ended(shipped, sent(shipped, tarred(files), dry_run=True))
    assert job["states"] == {"unchanged": len(files)}
