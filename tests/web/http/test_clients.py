"""Who a request counts for: the token that is known, else the address, IPv6 by its network."""

from typing import Any

import pytest

from service.web.http.clients import UNKNOWN, client_of

TOKEN = "a-token-of-the-service"  # noqa: S105 - of no service


def scope(address: str | None, authorization: str = "") -> dict[str, Any]:
    headers = [(b"accept", b"*/*"), (b"authorization", authorization.encode("latin-1"))]
    return {"headers": headers, "client": (address, 1234) if address else None}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("192.0.2.1", "::ffff:192.0.2.1"),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),
        ("fe80::1%eth0", "fe80::2%eth1"),
        (None, None),
    ],
)
def test_addresses_of_one_client_count_together(one: str | None, other: str | None) -> None:
    assert client_of(scope(one)) == client_of(scope(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("192.0.2.1", "192.0.2.2"),
        ("2001:db8:1:2::1", "2001:db8:1:3::1"),
        ("192.0.2.1", "2001:db8::1"),
        ("testclient", "192.0.2.1"),
        ("192.0.2.1", None),
    ],
)
def test_addresses_of_two_clients_count_apart(one: str | None, other: str | None) -> None:
    assert client_of(scope(one)) != client_of(scope(other))


def test_a_known_token_is_one_client_wherever_it_comes_from_and_is_not_in_its_name() -> None:
    names = {
        client_of(scope(address, sent), lambda token: token == TOKEN)
        for address in ("192.0.2.1", "192.0.2.2")
        for sent in (f"Bearer {TOKEN}", f"bearer  {TOKEN} ")
    }
    (name,) = names
    assert TOKEN not in name


@pytest.mark.parametrize("sent", ["Bearer made-up", "Basic abc", "Bearer", "Bearer \xff"])
def test_a_token_that_is_not_known_makes_no_new_client(sent: str) -> None:
    found = client_of(scope("192.0.2.1", sent), lambda token: token == TOKEN)
    assert found == client_of(scope("192.0.2.1"))


def test_without_tokens_and_address_all_are_one_client() -> None:
    assert client_of(scope(None, f"Bearer {TOKEN}")) == UNKNOWN
