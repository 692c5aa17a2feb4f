"""What is chosen from a list: the unknown is refused everywhere, with what there is to choose."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.common.settings import Settings
from service.web.app import create_app
from tests.ingest.test_withdrawals import imported
from tests.pages import BROWSER, opened
from tests.tokens import AUTHORIZED, TOKEN
from tests.web.pages.test_page_levels import ANN, RECORDS

PAGES = (
    "/benchmarks",
    "/deployments",
    "/reviews",
    "/studies",
    "/systems",
    "/datasets",
    "/implementations",
    "/results",
    "/sources",
    "/flags",
    "/gaps",
    "/coverage",
    "/queries/assumed-vs-deployed",
)
"""Every page with a list, or a table, that is narrowed by what is chosen from a list."""
WORDS = {"q", "identifier", "dataset", "ids", "who", "graph"}
"""Parameters in words of which there is no end, so that the unknown finds nothing."""
FLAG = {"kind": "flag", "id": "bean2026-disposition/difference/ann",
        "figure": "gap/bean2026-disposition/1", "part": "difference",
        "problem": "It is not in the table.", "made_on": "2026-05-26"}  # fmt: skip
MOST_SHOWN = 100
"""The most choices that the page of a problem names."""


@pytest.fixture(scope="module")
def site() -> Iterator[TestClient]:
    """Return a client of a service with something in every list."""
    settings = Settings(store=None, validators=0, token=SecretStr(TOKEN))
    with TestClient(create_app(settings), headers=AUTHORIZED) as client:
        records = [{"author": ANN, **record} for record in (*RECORDS, FLAG)]
        (outcome,) = imported(client, {"evalgap": 1, "records": records}, "choices.json")
        assert outcome["state"] == "new", outcome["problems"]
        yield client


def choices_of(client: TestClient, page: str) -> dict[str, set[str]]:
    """Return what the forms of a page let choose, by parameter."""
    found: dict[str, set[str]] = {}
    for field in opened(client, page).one("main").all("form:not([method=post]) [name]"):
        name = field["name"]
        if field.tag == "select":
            found[name] = {option["value"] for option in field.all("option[value]")} - {""}
        elif field.attributes.get("type") in {"checkbox", "radio"}:
            found.setdefault(name, set()).add(field["value"])
    return found


@pytest.mark.parametrize("page", PAGES)
def test_an_unknown_choice_is_refused_with_those_there_are(site: TestClient, page: str) -> None:
    fields = choices_of(site, page)
    assert fields
    for name, known in fields.items():
        address = f"{page}?{name}=zz"
        answer = site.get(address, headers=BROWSER)
        assert answer.status_code == 400, address
        said = opened(site, address, 400).one("main")
        offered = [dict(parse_qsl(urlsplit(a).query)) for a in said.values("li a", "href")]
        shown = {query.get(name) for query in offered}
        shown |= set(said.values(f"select[name='{name}'] option", "value"))  # the form again
        missing = known - shown
        assert not missing or len(offered) == MOST_SHOWN or known == {"true"}, address
        assert site.get(f"{page}.csv?{name}=zz").status_code in {400, 404}, address


def test_an_unknown_choice_is_refused_by_the_api(site: TestClient) -> None:
    paths = site.get("/openapi.json").json()["paths"]
    lists = {path: at["get"] for path, at in paths.items() if "get" in at and "{" not in path}
    wanted = {
        (path, parameter["name"])
        for path, at in lists.items()
        if path.startswith("/api/v1/")
        for parameter in at.get("parameters", [])
        if parameter["in"] == "query" and parameter["name"] not in WORDS
    }
    assert ("/api/v1/sources", "type") in wanted
    assert ("/api/v1/results", "harness") in wanted
    needed = {
        "/api/v1/search": "q=exam&",
        "/api/v1/coverage": "dimensions=interaction-type,language&",
    }
    for path, name in sorted(wanted):
        before = "" if name == "dimensions" else needed.get(path, "")
        answer = site.get(f"{path}?{before}{name}=zz")
        assert answer.status_code == 400, (path, name)
        assert answer.json()["parameter"] == name
