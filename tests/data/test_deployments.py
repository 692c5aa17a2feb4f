"""Deployments read from public registers and accounts: what they state has its passage."""

from collections.abc import Iterator

from loaders.model import Characteristic, Profile
from tests.shipped import records

LONGEST_QUOTE = 25


def profiles() -> Iterator[Profile]:
    yield from (r for r in records() if isinstance(r, Profile))


def characteristics(profile: Profile) -> Iterator[tuple[str, Characteristic]]:
    yield from ((f"{profile.id} {c.dimension}", c) for c in profile.characteristics)


def test_what_a_register_states_has_its_passage_and_what_it_does_not_was_looked_for() -> None:
    without = [
        name
        for profile in profiles()
        if profile.registries
        for name, said in characteristics(profile)
        if not (said.looked_in if said.standing == "not stated" else said.sources[0].quote)
    ]
    assert without == []


def test_quotes_are_short() -> None:
    cited = [s for p in profiles() for c in p.characteristics for s in (*c.sources, *p.sources)]
    long = {s.quote for s in cited if s.quote and len(s.quote.split()) > LONGEST_QUOTE}
    assert long == set()


def test_shares_of_one_dimension_are_at_most_the_whole() -> None:
    shares = {
        name: sum(c.share for c in said.codings if c.share is not None)
        for profile in profiles()
        for name, said in characteristics(profile)
    }
    assert {name for name, share in shares.items() if share > 1} == set()
    assert {name for name, share in shares.items() if share} == {
        "free-chatgpt-logged/evalgap interaction-type",
        "claude-conversations/evalgap interaction-type",
        "claude-api-calls/evalgap interaction-type",
    }


def test_domains_that_lacked_deployments_have_some() -> None:
    """Police, benefits, finance and transport, customer service, teaching, the environment."""
    domains = [domain for profile in profiles() for domain in profile.domains]
    for domain, least in {
        "cofog-public-order-and-safety": 9,
        "cofog-social-protection": 6,
        "cofog-economic-affairs": 9,
        "cofog-general-public-services": 4,
        "customer-service": 6,
        "education": 8,
    }.items():
        assert domains.count(domain) >= least, domain
