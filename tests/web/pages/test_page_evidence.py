"""`/evidence`: all that was measured for an assumption, on one axis, as the API has it."""

import pytest
from fastapi.testclient import TestClient

from tests.pages import BROWSER, opened, rows

MEDIATION = "/evidence/decision-mediation"


def test_the_index_has_a_card_for_each_dimension_as_the_api_counts(client: TestClient) -> None:
    found = opened(client, "/evidence")
    items = client.get("/api/v1/evidence").json()["items"]
    assert {f"/evidence/{i['dimension']}" for i in items} <= set(found.links())
    item = next(i for i in items if i["dimension"] == "decision-mediation")
    card = found.holding(".card", "Who decides").words
    for words in (
        f"{item['figures']} figures of {item['studies']} studies",
        f"{item['lost']} lost",
    ):
        assert words in card
    table = {row["dimension"]: row for row in rows(client.get("/api/v1/evidence?format=csv"))}
    assert {name: str(value) for name, value in item.items()} == table["decision-mediation"]
    ways = ("lost", "gained", "both", "no_difference", "not_stated")
    assert all(sum(i[way] for way in ways) == i["studies"] for i in items)


def test_every_figure_is_drawn_or_listed_with_a_reason(client: TestClient) -> None:
    known = client.get("/api/v1/evidence/decision-mediation").json()
    found = opened(client, MEDIATION)
    drawn = found.all(".plot tbody tr:not(.group):not(.total)")
    listed = found.all(".undrawn-figures tbody tr")
    every = {name for study in known["studies"] for name in study["gaps"]}
    assert len(drawn) + len(listed) == sum(study["figures"] for study in known["studies"])
    links = {a["href"] for row in (*drawn, *listed) for a in row.all("th a[href^='/gaps/']")}
    assert links == {f"/gaps/{name}" for name in every}
    assert all(row.one("td:nth-of-type(2)").words for row in listed)
    heads = found.texts(".plot .group")
    assert heads[0].startswith("Only this changed: Who decides. Accuracy of one answer")
    assert "Together with: what is counted" in heads
    # a difference of two shares that is recorded as a fraction stands on the same axis
    assert "14 recorded as 0.14 (fraction)" in found.holding(".plot tr", "CheXaid").words


def test_a_summary_stands_where_the_protocol_gives_one_and_nowhere_else(client: TestClient) -> None:
    for dimension in ("decision-mediation", "query-authorship"):
        known = client.get(f"/api/v1/evidence/{dimension}").json()["syntheses"]
        summaries = [s for s in known if s["summary"] and not s["subgroup"]]
        found = opened(client, f"/evidence/{dimension}")
        means = [row.words for row in found.all(".plot .total") if "Mean of" in row.words]
        assert len(means) == len(summaries)
        for words, one in zip(means, summaries, strict=True):
            assert f"Mean of {one['k']} studies" in words
            assert f"{one['summary']['mean']:.2f}".replace("-", "\N{MINUS SIGN}") in words
        assert found.has(".leave-out") == bool(summaries)
    assert "No mean is given" in found.words
    assert "four studies" in found.words


def test_studies_are_counted_by_direction_with_their_names(client: TestClient) -> None:
    known = client.get("/api/v1/evidence/decision-mediation").json()["studies"]
    table = opened(client, MEDIATION).one(".ways-table")
    many = {row.one("th").words: row.one(".num").words for row in table.all("tbody tr")}
    assert many["Gained"] == str(sum(s["direction"] == "gained" for s in known))
    links = set(table.values("a", "href"))
    assert {f"/studies/{name}" for study in known for name in study["studies"]} <= links


def test_what_is_left_out_has_its_rule_and_reason(client: TestClient) -> None:
    known = client.get("/api/v1/evidence/interaction-type").json()
    words = opened(client, "/evidence/interaction_type").words
    for gate in known["gates"]:
        if gate["failed"]:
            assert gate["asks"] in words
    assert {item["reason"] for item in known["left_out"] if item["reason"] not in words} == set()
    assert "no forecast" in words


def test_a_figure_that_is_not_drawn_says_which_way_it_points(client: TestClient) -> None:
    table = opened(client, "/evidence/query-authorship").one(".undrawn-figures")
    row = table.one('tr:has([href="/gaps/kopka2025-repvig"])').words
    assert "odds ratio 1.52 to 2.00 over several values" in row
    known = client.get("/api/v1/evidence/query-authorship").json()["studies"]
    way = next(s["direction"] for s in known if s["gaps"] == ["kopka2025-repvig"])
    assert {"lost": "a loss", "gained": "a gain"}[way] in row


def test_the_plot_is_a_picture_too(client: TestClient) -> None:
    found = client.get(f"{MEDIATION}.svg")
    assert found.headers["content-type"].startswith("image/svg+xml")
    assert "Mean of " in found.text
    assert found.text.count("<circle") > 20
    assert client.get("/evidence/modality.svg").status_code == 404
    assert {f"{MEDIATION}.svg", f"{MEDIATION}.png"} <= set(opened(client, MEDIATION).links())


def test_a_dimension_without_figures_and_an_unknown_one(client: TestClient) -> None:
    assert "The graph has no measurement" in opened(client, "/evidence/modality").words
    assert client.get("/evidence/absent", headers=BROWSER).status_code == 404
    assert client.get(f"{MEDIATION}?x=1", headers=BROWSER).status_code == 400


@pytest.mark.parametrize("address", ["/", "/terms/dimension/decision-mediation"])
def test_pages_lead_to_it(client: TestClient, address: str) -> None:
    links = opened(client, address).links()
    assert {"/evidence", MEDIATION} & set(links) - {"/evidence" if address != "/" else ""}
