"""Texts of strangers are scanned in linear time, and what is called SERVICE is told from a name."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import product
from random import Random

import pytest

from service.common.problems import BadQuery
from service.store import sparql_tokens

N = 300
CHEAP = 0.01
"""Seconds that are not worth a second measurement: nothing quadratic is done so soon."""
MANY = "()" * 501
"""As many brackets as make each text one whose depth is looked at."""
STARTS = (f'{MANY} SELECT * {{ ?s ?p "', f"{MANY} PREFIX service: ", f"{MANY} ASK {{ <#>")
REPEATED = (
    '\\"', "\\'", "a.", "a-", "a:", ":.", ":a.", "c:.", "1.", "1e", "1e5", "-", "<", "<a", "<a>",
    "<'>", "<)#>", "'''a'''", "'''\n'''", '"""', "''", '"', "@a-", "@", "\\", "\\u0053", "#",
    "#\n", " ", "\n", "(", "{", "[", "<<", "<<(", ")", "}", "?", "?a", "$", "service", "SERVICE ",
    "service:x ", "service.", "SERVICE SILENT ", "LOAD ", "load:x ", "CLEAR ALL;",
    "DELETE WHERE{};", "DELETE WHERE ", "WHERE {} ", "FROM ", "BASE ", "é", "·", "́", "%", "_:b.",
    "_:", ".", "..a", "^", "|",
)  # fmt: skip
PASSES: dict[str, Callable[[str], object]] = {
    "query": lambda text: (
        sparql_tokens.result_form.__wrapped__(text), sparql_tokens.names_dataset.__wrapped__(text)
    ),
    "depth": sparql_tokens.check_depth,
    "service": partial(sparql_tokens._looked_for.__wrapped__, operation="SERVICE"),
    "load": partial(sparql_tokens._looked_for.__wrapped__, operation="LOAD"),
    "base": lambda text: sparql_tokens.with_base(text, "http://e/"),
    "update": lambda text: sparql_tokens.with_using(
        sparql_tokens.forgiving(text), ("urn:a",), ("urn:b",)
    ),
}  # fmt: skip


def seconds(work: Callable[[str], object], text: str, times: int = 1) -> float:
    """Return the processor time that reading a text takes, the best of so many times."""
    found = []
    for _ in range(times):
        began = time.thread_time()
        with suppress(BadQuery):
            work(text)
        found.append(time.thread_time() - began)
    return min(found)


def is_slow(work: Callable[[str], object], start: str, part: str) -> bool:
    """Tell whether 8 times as much text takes 16 times as long, or longer."""
    short, long = (start + part * n + " service load" for n in (N, 8 * N))
    return seconds(work, long) > CHEAP and seconds(work, long, 5) > 16 * seconds(work, short, 5)


@pytest.mark.parametrize("name", PASSES)
def test_reading_is_linear_whatever_repeats(name: str) -> None:
    pairs = product(STARTS, REPEATED)
    assert [pair for pair in pairs if is_slow(PASSES[name], *pair)] == []


NAMES = (
    "?service", "$SERVICE", "c:service", "schema:serviceType", "service:x", "c:a.service",
    "_:service", "<http://e/service>", "<http://e/SERVICE#service>", "<service>", '"SERVICE"',
    "'service <x> {'", '"""SERVICE\n<x> {}"""', "'''a'SERVICE'''", '"x"@service',
    '"x"^^c:service', '"\\"service"', "c:service\\-x", "service:service", "c:load",
)  # fmt: skip
AROUND = (
    "?s ?p {} .", "?s c:p {}, {} ; c:q {}", "OPTIONAL {{ ?s ?p {} }}", "GRAPH ?g {{ ?s ?p {} }}",
    "FILTER(?x = {} || ?y < 1)", "FILTER EXISTS {{ ?s ?p {} }} # SERVICE <x> {{",
    "VALUES ?v {{ {} }}", "BIND(STR({}) AS ?service)", "{{ ?s ?p {} }} UNION {{ ?s ?p {} }}",
    "MINUS {{ ?s ?p {}. ?s ?p 1. }}",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(200))
def test_what_is_only_named_so_is_not_refused(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - no secret
    parts = [
        random.choice(AROUND).format(*random.choices(NAMES, k=3))
        for _ in range(random.randint(1, 6))
    ]
    text = (
        "PREFIX service: <urn:service> PREFIX c: <urn:c>\nSELECT * WHERE {" + "\n".join(parts) + "}"
    )
    assert sparql_tokens.result_form(text) == "bindings"
    assert sparql_tokens.uses(text, "SERVICE") == "no"
    assert sparql_tokens.uses(text, "LOAD") == "no"


@pytest.mark.parametrize("nest", ["(", "{", "[", "<<( ", "(<(", "?a<(", "{?s ?p '}'.", "((# ))\n"])
def test_nesting_past_500_is_refused_and_less_is_not(nest: str) -> None:
    deep = nest.count("(") + nest.count("{") + nest.count("[") or 1
    sparql_tokens.check_depth(f"ASK {nest * (490 // deep)}")
    with pytest.raises(BadQuery, match="500 levels"):
        sparql_tokens.check_depth(f"ASK {nest * 510}")


def test_many_brackets_side_by_side_are_not_deep() -> None:
    sparql_tokens.check_depth("ASK {" + "{ ?s ?p (1 [] '((') . } UNION " * 1_000 + "{} }")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("# ASK\nSELECT * {}", "bindings"),
        ("PREFIX ask: <urn:SELECT> ASK { ask:a ?select 'SELECT' }", "boolean"),
        ("BASE <urn:ASK> CONSTRUCT WHERE { ?s ?p 'a\\'SELECT' }", "graph"),
        ("SELECT?ask{ASK:a ?b c:DESCRIBE}", "bindings"),
        ("PREFIX a.b: <urn:x> DESCRIBE a.b:ASK", "graph"),
    ],
)
def test_the_form_of_a_query_is_told_by_its_tokens(text: str, kind: str) -> None:
    assert sparql_tokens.result_form(text) == kind
