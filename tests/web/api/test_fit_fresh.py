"""What is kept of the graph between requests is let go of when the graph changes."""

from fastapi.testclient import TestClient
from pydantic import SecretStr

from loaders.mapping.iris import BASE
from service.common.settings import Settings
from service.web.app import create_app
from tests.tokens import AUTHORIZED, TOKEN

FIT = "/api/v1/deployments/clinician-workup/fit?benchmark=medqa"
COVERAGE = "/api/v1/coverage?dimensions=domain,interaction-type"
RISK = "/api/v1/deployments/clinician-workup/risk?benchmark=hager2024-licensing-exams&format=csv"
TURNS = f"{BASE}value/interaction-type"


def test_a_write_is_seen_by_the_next_fit_coverage_and_risk() -> None:
    settings = Settings(store=None, validators=0, token=SecretStr(TOKEN), gate=False)
    with TestClient(create_app(settings)) as client:
        before = [client.get(address).text for address in (FIT, COVERAGE, RISK)]
        assert before == [client.get(address).text for address in (FIT, COVERAGE, RISK)]
        text = f"""
            PREFIX egap: <{BASE}ontology#>
            DELETE {{ GRAPH ?g {{ ?c egap:codingValue <{TURNS}/single-turn> }} }}
            INSERT {{ GRAPH ?g {{ ?c egap:codingValue <{TURNS}/multi-turn> }} }}
            WHERE {{ GRAPH ?g {{ ?c egap:codingValue <{TURNS}/single-turn> }} }} ;
            DELETE {{ GRAPH ?g {{ ?gap egap:value 18.67 }} }}
            INSERT {{ GRAPH ?g {{ ?gap egap:value 17.76 }} }}
            WHERE {{ GRAPH ?g {{ ?gap egap:value 18.67 }} }}"""
        assert client.post("/update", data={"update": text}, headers=AUTHORIZED).status_code == 204
        after = [client.get(address).text for address in (FIT, COVERAGE, RISK)]
        assert all(old != new for old, new in zip(before, after, strict=True))
        assert "17.76" in after[2]
