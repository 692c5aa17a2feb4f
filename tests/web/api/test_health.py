"""`/health` waits for nothing, `/ready` says what keeps the service from its work."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio.to_thread import current_default_thread_limiter
from fastapi.testclient import TestClient

from service.common.settings import Settings
from service.web.app import create_app


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=tmp_path / "store", seed=False))) as found:
        yield found
    gc.collect()


def test_health_needs_no_thread_and_no_data(client: TestClient) -> None:
    async def none_left() -> float:
        limiter = current_default_thread_limiter()
        before, limiter.total_tokens = limiter.total_tokens, limiter.borrowed_tokens or 1
        for number in range(int(limiter.available_tokens)):
            limiter.acquire_on_behalf_of_nowait(number)
        return before

    client.portal.call(none_left)  # type: ignore[union-attr]
    found = client.get("/health").json()
    assert found["status"] == "ok"
    held = found["confined"]
    assert held is None or set(held) == {"network", "files"}


def test_what_confines_is_found_out_and_shown(client: TestClient) -> None:
    services = client.app.state.services  # type: ignore[attr-defined]
    found = services.readiness.probed()
    assert client.get("/health").json()["confined"] == {
        "network": found.network, "files": found.files,
    }  # fmt: skip


def test_ready_names_what_fails(tmp_path: Path) -> None:
    least = 2**60
    settings = Settings(store=tmp_path / "store", seed=False, min_free_bytes=least)
    with TestClient(create_app(settings)) as client:
        found = client.get("/ready")
        assert (found.status_code, found.headers["content-type"]) == (
            503,
            "application/problem+json",
        )
        assert [one["check"] for one in found.json()["failing"]] == ["disk"]
        assert "EVALGAP_MIN_FREE_BYTES" in found.json()["detail"]
    gc.collect()


def test_ready_is_answered_while_a_write_has_its_turn(client: TestClient) -> None:
    with client.app.state.services.writing.long():  # type: ignore[attr-defined]
        assert client.get("/ready").json() == {"status": "ready"}
