"""Queries and updates that hide SERVICE and LOAD from whoever scans the text for them.

Each would make an engine without limits call the given address, or is close to one that would.
"""

from random import Random
from typing import Literal

Kind = Literal["query", "update"]

_PREFIXES = "PREFIX c: <urn:c:> PREFIX : <urn:d:> PREFIX true: <urn:t:> PREFIX e: <{address}>\n"
_CASES = ("SERVICE", "service", "SeRvIcE")
_GAPS = ("", " ", "\n", "\t\r\n", "#\n", "# SILENT '\n", "#>\r", '#"""\n')
_BEFORE = (
    "", " ", "?s a c: .", "?s a c:.", "?s a :.", "?s a c:x .", "?s a c:x.", "?s a c:.#\n",
    "?s a c:\\'.", "?s a c:a\\# .", "?s a c:%27 .", "?s ?p 1e5", "?s ?p 1.5", "?s ?p 1.", "?s ?p 1",
    "?s ?p -1.e5", "?s ?p .5", "?s ?p true", "?s ?p false.", "?s ?p true.", "?s ?p ?o.",
    "?s ?p $o .", "?s ?p [].", "?s ?p ().", "?s ?p (1 true c:).", "?s ?p [ a c:].", "_:b ?p _:b .",
    "?s ?p _:b-c .", '?s ?p "x".', '?s ?p "x"@en.', '?s ?p "x"@en-GB', '?s ?p "x"^^c:.',
    '?s ?p "x"^^<urn:x>', "?s ?p 'x'@en--ltr.", '?s ?p """x"y""z""".', "?s ?p '''x'y''z'''",
    "?s ?p '\\''.", '?s ?p "\\"".', '?s ?p "\\\\".', "?s ?p '#'.", '?s ?p "<".',
    "?s ?p <urn:a'b> .", '?s ?p """\n#""" .', "# '''\n", '# """\n', "# <\n", "#\\\n", "# '\r",
    "?s <urn:a>* ?o.", "?s c:/:|^c:? ?o.", "FILTER(1<2)", "FILTER(?a<1)#>\n",
    "FILTER(?a<1)#>'''\n", "FILTER(1<2#>'''\n)", "FILTER(?a<'>')", 'FILTER(?a<"b"||?b>1)',
    "FILTER(1<c:x && c:y>2)", "VALUES ?v {'''x'}", 'VALUES ?v {"""x"}', "VALUES ?v {UNDEF}",
    "VALUES ?v {true}", "VALUES (?v ?w) {(1 '(')}", "BIND('{' AS ?v)", "?s ?p <<(?a ?b '}')>>.",
    "OPTIONAL{}", "{}UNION{}", "MINUS{}", "GRAPH ?g{}", "GRAPH c:{}",
)  # fmt: skip
_AFTER = (
    "", " ", ".", "# '''\n", "FILTER('1'='1')", "FILTER('''a'''='''a''')", '# """\n', "#>\n",
    "?x ?y '>'", 'OPTIONAL{?x ?y "SERVICE"}', "BIND(1>2 AS ?w)",
)  # fmt: skip
_AROUND = (
    "{{ {} }}", "OPTIONAL {{{}}}", "{{}} UNION {{{}}}", "FILTER EXISTS{{{}}}", "MINUS{{{}}}",
    "FILTER(NOT EXISTS{{{}}})", "{{SELECT * WHERE{{{}}}}}", "{{SELECT(COUNT(*)AS ?n)WHERE{{{}}}}}",
    "GRAPH ?g {{{}}}", "BIND(EXISTS{{{}}} AS ?f)", "FILTER(IF(EXISTS{{{}}},true,false))",
)  # fmt: skip
_FORMS = (
    "SELECT * WHERE {{{}}}", "SELECT*{{{}}}", "ASK{{{}}}", "CONSTRUCT {{?s ?p ?o}} WHERE {{{}}}",
    "DESCRIBE ?s WHERE {{{}}}", "SELECT?s{{{}}}LIMIT 5", "SELECT (1 AS ?one) {{{}}} ORDER BY ?s",
    "SELECT * {{{}}} HAVING(1<2)", "# SELECT '\nASK {{{}}} VALUES ?z {{1}}",
)  # fmt: skip
_CHANGES = (
    "INSERT {{ ?s ?p 1 }} WHERE {{{}}}", "DELETE {{ ?s ?p '}}' }} WHERE {{{}}}",
    "DELETE WHERE {{ ?s ?p ?o }};INSERT{{}}WHERE{{{}}}", "WITH <urn:g> INSERT {{}} WHERE {{{}}}",
    "INSERT DATA {{ c:s c:p 'WHERE {{' }} ; INSERT {{}} USING <urn:g> WHERE {{{}}}",
)  # fmt: skip
_LOADS = (
    "{load}{gap}<{address}>", "{load}{gap}e:", "{load} SILENT{gap}<{address}>",
    "{load}{gap}<{address}> INTO GRAPH <urn:g>", "{load}{gap}e: INTO{gap}GRAPH c:g",
)  # fmt: skip
_FIRST = (
    "", "INSERT DATA { c:s c:p 'x' } ;", "CLEAR SILENT GRAPH c: ;", "CLEAR SILENT GRAPH c:;",
    "# '\n", "INSERT DATA { c:s c:p '''x'y''' } ;", 'INSERT DATA { c:s c:p "#" };',
    "DROP SILENT GRAPH c:\\';", "DELETE WHERE { ?s ?p '\\'' };", "CREATE SILENT GRAPH <urn:a'b> ;",
    "INSERT{}WHERE{FILTER(1<2)};",
)  # fmt: skip


def hidden(seed: int, count: int, address: str) -> list[tuple[Kind, str]]:
    """Return so many different texts, each with what it is; half are queries, half updates."""
    random = Random(seed)  # noqa: S311 - no secret
    found: dict[tuple[Kind, str], None] = {}
    while len(found) < count:
        kind: Kind = "update" if len(found) % 2 else "query"
        prologue = _PREFIXES.format(address=address)
        found[kind, prologue + _text(random, kind, address)] = None
    return list(found)


def _text(random: Random, kind: Kind, address: str) -> str:
    if kind == "query":
        return random.choice(_FORMS).format(_pattern(random, address))
    if random.random() < 1 / 2:
        return random.choice(_CHANGES).format(_pattern(random, address))
    load = random.choice(("LOAD", "load", "LoAd"))
    operation = random.choice(_LOADS).format(load=load, gap=random.choice(_GAPS), address=address)
    return random.choice(_FIRST) + random.choice(("", " ", "#'''\n")) + operation


def _pattern(random: Random, address: str) -> str:
    """Return a group graph pattern with a call in it, plain or in one or two others."""
    named = random.choice((f"<{address}>", "e:", _escaped(address)))
    call = random.choice(_CASES) + random.choice(_GAPS)
    call += random.choice(("", "", "SILENT", "sIlEnT")) + random.choice(_GAPS) + named
    before, gap, after = (random.choice(parts) for parts in (_BEFORE, _GAPS, _AFTER))
    body = f"{before}{call}{gap}{{?x ?y ?z}}{after}"
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        body = random.choice(_AROUND).format(body)
    return body


def _escaped(address: str) -> str:
    """Return an IRI with an escaped letter, as IRIs may have it."""
    return f"<{address.replace('t', chr(92) + 'u0074', 1)}>"
