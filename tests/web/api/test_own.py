"""A use that a user describes: kept as their own, planned for, in no count, and withdrawn."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.common.settings import Settings
from service.web.app import create_app
from tests.cli.conftest import command
from tests.conftest import ROOT
from tests.pages import opened, page
from tests.tokens import AUTHORIZED, TOKEN

HERE = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
ANN = {"id": "ann", "name": "Ann"}
SAID = {"interaction-type": "multi-turn", "decision-mediation": "human-decides"}
BODY = {
    "title": "Ward 7", "domains": ["healthcare"], "characteristics": SAID, "author": ANN,
    "license": "cc-by-4.0",
}  # fmt: skip
ADDRESS = "interaction-type=multi-turn&decision-mediation=human-decides&domain=healthcare"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Return a client of a store with three cards and one deployment: it is asked after writes."""
    folder = tmp_path_factory.mktemp("own")
    cards = [ROOT / f"data/cards/{name}.yaml" for name in ("medqa", "healthbench", "craft-md")]
    raman = ROOT / "data/cards/healthbench-raman.yaml"
    place = ROOT / "data/deployments/public-self-assessment.yaml"
    done = command(folder / "store", "import", *cards, raman, place, "--quiet", seed=False)
    assert done.returncode == 0, done.stdout + done.stderr
    settings = Settings(store=folder / "store", seed=False, validators=0, token=SecretStr(TOKEN))
    with TestClient(create_app(settings), headers=HERE, follow_redirects=False) as client:
        yield client


def counted(service: TestClient) -> Any:
    """Return every count of deployments that a reader sees."""
    totals = service.get("/api/v1/stats").json()
    kinds = service.get("/api/v1/queries/records-by-kind").json()
    return (
        totals["totals"],
        [row for row in kinds["rows"] if "Plan" not in str(row)] if "rows" in kinds else kinds,
        service.get("/api/v1/deployments?limit=1").json()["total"],
        service.get("/api/v1/queries/deployments-by-stage").text,
        service.get("/api/v1/queries/uncovered-deployments").text,
        len(opened(service, "/fit").all("#deployment option")),
        [c.words for c in opened(service, "/").all(".counts li") if "plan" not in c.words],
        opened(service, "/deployments").one("h1 + *").words,
    )


def test_it_is_kept_with_a_licence_and_counts_nowhere(service: TestClient) -> None:
    before = counted(service)
    answer = service.post("/api/v1/deployments", json=BODY, headers=AUTHORIZED)
    assert answer.status_code == 201, answer.text
    made, ident = answer.json(), answer.headers["location"].rpartition("/")[2]
    assert ident.startswith("own-")
    assert (made["origin"], made["license"]) == (
        "own",
        "https://creativecommons.org/licenses/by/4.0/",
    )
    again = service.post("/api/v1/deployments", json=BODY, headers=AUTHORIZED)
    assert again.headers["location"].endswith(ident)
    plan = {"id": "ward", "deployment": ident, "card": "medqa/evalgap", "author": ANN}
    assert service.post("/api/v1/plans", json=plan, headers=AUTHORIZED).status_code == 201
    assert counted(service) == before
    listed = service.get("/api/v1/deployments?own=true&limit=100").json()["items"]
    assert ident in [d["id"] for d in listed]
    assert service.get(f"/api/v1/deployments/{ident}").status_code == 200
    shown = opened(service, f"/fit?deployment={ident}")
    described = opened(service, f"/fit?{ADDRESS}")
    assert shown.one("h1").words == described.one("h1").words
    assert "a user's own description" in shown.words
    its = opened(service, f"/deployments/{ident}")
    assert its.one("h1").words == "Ward 7"
    assert "described for themselves, from no source. It counts nowhere." in its.words
    found = service.get("/api/v1/search?q=Ward+7").json()
    assert ident not in str(found)


def test_it_is_withdrawn_like_any_record(service: TestClient) -> None:
    body = {**BODY, "title": "Ward 8"}
    ident = service.post("/api/v1/deployments", json=body, headers=AUTHORIZED).headers["location"]
    ident = ident.rpartition("/")[2]
    given = {"by": ANN, "reason": "The ward does not use it any more."}
    done = service.post(
        f"/api/v1/records/profile/{ident}/ann/withdrawal", json=given, headers=AUTHORIZED
    )
    assert done.status_code == 200, done.text
    assert service.get(f"/fit?deployment={ident}").status_code == 404


def test_the_form_keeps_what_the_address_describes(service: TestClient) -> None:
    form = opened(service, f"/fit?{ADDRESS}&title=Ward+9").one("#keep form")
    said = {i["name"]: i["value"] for i in form.all("input[type=hidden]")}
    typed = {**said, "author": "Ann Berg", "license": "cc0-1.0", "token": TOKEN}
    wrong = service.post("/fit/keep", data={**typed, "token": "no"})
    assert wrong.status_code in {401, 403}
    assert "Ann Berg" in page(wrong).values("#author", "value")
    sent = service.post("/fit/keep", data=typed)
    assert sent.status_code == 303, sent.text
    shown = opened(service, sent.headers["location"])
    assert shown.one(".crumb").words.startswith("For: Ward 9")
    unchosen = service.post("/fit/keep", data={**typed, "license": ""})
    assert unchosen.status_code == 422


def test_a_described_use_is_planned_for_and_stored_with_its_plan(service: TestClient) -> None:
    button = opened(service, f"/fit?{ADDRESS}&title=Ward+5&benchmark=medqa").one(".primary")
    drafted = opened(service, button["href"])
    assert "Ward 5" in drafted.one(".drafted").words
    assert "MedQA for Ward 5" in drafted.one(".drafted").words
    form = next(f for f in drafted.all("form[method=post]"))
    typed = {i["name"]: i["value"] for i in form.all("input[type=hidden]")}
    more = {"id": "ward-5", "author/name": "Ann", "token": TOKEN}
    missing = service.post("/plans", data={**typed, **more})
    assert "choose under which license" in page(missing).words
    sent = service.post("/plans", data={**typed, **more, "license": "cc-by-4.0"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/plans/ward-5")
    plan = service.get("/api/v1/plans/ward-5").json()
    assert plan["deployment"].startswith("own-")
    assert service.get(f"/fit?deployment={plan['deployment']}").status_code == 200


def test_a_plan_takes_characteristics_and_the_card_of_a_benchmark(service: TestClient) -> None:
    body = {
        "id": "inline", "characteristics": SAID, "domains": ["healthcare"], "use": "Ward 6",
        "card": "medqa", "author": ANN, "license": "cc-by-4.0",
    }  # fmt: skip
    made = service.post("/api/v1/plans", json=body, headers=AUTHORIZED)
    assert made.status_code == 201, made.text
    assert made.json()["card"] == "medqa/evalgap/1"
    several = {**body, "id": "several", "card": "healthbench"}
    refused = service.post("/api/v1/plans", json=several, headers=AUTHORIZED)
    assert (refused.status_code, refused.json()["parameter"]) == (400, "card")
    both = {**body, "id": "both", "deployment": "public-self-assessment"}
    refused = service.post("/api/v1/plans", json=both, headers=AUTHORIZED)
    assert (refused.status_code, refused.json()["parameter"]) == (400, "deployment")
    open_ = {**body, "id": "open", "license": None}
    refused = service.post("/api/v1/plans", json=open_, headers=AUTHORIZED)
    assert (refused.status_code, refused.json()["parameter"]) == (400, "license")
    wrong = {**body, "id": "wrong", "characteristics": {"interaction-type": "telepathy"}}
    refused = service.post("/api/v1/plans", json=wrong, headers=AUTHORIZED)
    assert refused.json()["parameter"] == "characteristics.interaction-type"
