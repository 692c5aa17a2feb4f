"""Texts that are bombs, damaged, in a wrong encoding, or hold what RDF cannot carry."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.contract import Document, Raw, Rejected
from loaders.model import Card
from loaders.reading.cleaning import clean_tree, surely_clean
from loaders.reading.encoding import open_text
from loaders.registry import documents
from tests.hostile.conftest import Read, account, reason

XML = '<?xml version="1.0"?>{}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'


def card(name: str, **more: object) -> str:
    return json.dumps({"benchmark_details": {"name": name, **more}}, ensure_ascii=False)


def title(found: list[Document | Rejected]) -> str:
    assert isinstance(found[0], Document), found
    assert isinstance(found[0].records[0], Card)
    return found[0].records[0].title


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "alias"),
        ("a: !!python/object/apply:os.system [ls]\n", "!!python/object/apply:os.system"),
        ("a: !!python/name:os.system\n", "tag"),
        ("a: !!binary aaaa\n", "tag"),
        ("a: 1\nb: 2\na: 3\n", "a: This field is there twice in the same place (again in line 3)"),
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "c: This field is there twice"),
        ("- " * 100_000 + "x", "deep"),
        ("a: " + "[" * 100_000, "deep"),
        ("[" * 100_000, "deep"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "deep"),
        ('{"a":' * 300 + "1" + "}" * 300, "deep"),
        ("? [a]\n: b\n", "field name"),
        ("a: 1\n---\nb: 2\n", "holds no card"),
        ("a: .inf\n", "none of the known"),
        ('{"a": -Infinity}', "none of the known"),
        ('{"a": 1e999999999}', "none of the known"),
        (f'{{"a": {"9" * 5000}}}', "digits"),
        ("a: 1e\u0661.0\n", "none of the known"),
        ('{"benchmark_details": {"name": "x"', "line 1"),
        ("benchmark_details: {name: [\n", "line 2"),
        ("", "empty"),
        (" \r\n\t", "empty"),
        ("\ufeff", "empty"),
        ("\0" * 5000, "empty"),
        ('{"@context": ["https://evil.example/c.jsonld", {}], "@id": "x"}', "evil.example"),
    ],
)
def test_a_hostile_text_gets_a_sentence(read: Read, text: str, fragment: str) -> None:
    assert fragment in reason(read(text.encode()))


def test_private_tags_are_kept_as_they_are_and_never_run(read: Read) -> None:
    (found,) = read(b"benchmark_details: {name: A}\ndoc: !function os.abort\nx: !inc [a, b]\n")
    assert isinstance(found, Document)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_every_unicode_encoding_is_read(read: Read, encoding: str) -> None:
    words = card("Café “quoted”")
    assert title(read(words.encode(encoding), "x.json")) == "Café “quoted”"


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_windows_1252_is_read_with_a_warning(read: Read, suffix: str) -> None:
    found = read(card("Café “quoted”").encode("cp1252"), f"x.{suffix}")
    assert title(found) == "Café “quoted”"
    assert "Windows-1252" in found[0].warnings[0].message  # type: ignore[union-attr]


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00\x81", b"\x00\xff\xd8" * 50, b"\x81\x8d"])
def test_bytes_that_are_no_text_are_kept_and_named(read: Read, data: bytes) -> None:
    found = read(data, "x.yaml")
    assert "no text" in reason(found)
    assert found[0].raw.data == data


def test_control_characters_and_surrogates_are_removed_and_named(read: Read) -> None:
    found = read(b'{"benchmark_details": {"name": "A\\u0000\\ud800B", "overview": "x\x02y"}}')
    assert title(found) == "A\ufffdB"
    assert "benchmark_details/name" in [w.field for w in found[0].warnings]  # type: ignore[union-attr]


def test_a_line_separator_in_yaml_is_kept(read: Read) -> None:
    assert title(read('benchmark_details: {name: "A\u2028B\x85C"}'.encode())) == "A\u2028B\x85C"


def test_words_that_yaml_1_1_would_change_are_kept(read: Read) -> None:
    (found,) = read(b"benchmark_details: {name: no, languages: [no, y, 12:30, 0755x, 2026-13-45]}")
    assert isinstance(found, Document)
    assert isinstance(found.records[0], Card)
    assert found.records[0].languages == ("no", "y", "12:30", "0755x", "2026-13-45")


@pytest.mark.parametrize(
    "address",
    ["https://a.org/x y", "https://a.org/{x}", "https://a.org/<x>", 'https://a.org/"', "x"],
)
def test_addresses_that_are_no_iri_are_reported_and_not_kept(read: Read, address: str) -> None:
    (found,) = read(card("A", resources=[address]).encode())
    assert isinstance(found, Document)
    assert isinstance(found.records[0], Card)
    assert found.records[0].pages == ()
    assert found.warnings[0].value == address


def test_long_texts_are_read_and_longer_ones_set_aside(tmp_path: Path) -> None:
    for name, size in (("long.json", 9_900_000), ("longer.json", 10_600_000)):
        (tmp_path / name).write_text(card("A", overview="single turn" + "x" * size), "utf-8")
    (tmp_path / "words.yaml").write_text("benchmark_details:\n  name: A\n  x: " + "w " * 4_900_000)
    lines = dict(line.split(" | ") for line in account(tmp_path))
    assert lines["/words.yaml"] == "read"
    assert lines["/long.json"].startswith("description: String should have at most 20000")
    assert lines["/long.json"].endswith("Shorten it, and keep the rest as a page of its own.")
    assert "limit for one record is 10 MB" in lines["/longer.json"]


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://evil.example/p.dtd"> %p;]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_in_rdf_xml_are_refused(read: Read, doctype: str, encoding: str) -> None:
    assert "entities" in reason(read(XML.format(doctype).encode(encoding), "x.rdf"))


def workbook(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml"):
            archive.writestr(name, parts.get(name, b"<x/>"))
        for name, data in parts.items():
            archive.writestr(f"xl/{name}.xml", data)
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("padding", [0, 2**20 - 5])
def test_entities_in_a_workbook_are_refused(read: Read, padding: int, encoding: str) -> None:
    sheet = f'{" " * padding}<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'.encode(encoding)
    assert "entities" in reason(read(workbook(sheet1=sheet), "cards.xlsx"))


def test_a_workbook_that_is_a_bomb_is_refused_within_memory(tmp_path: Path) -> None:
    (tmp_path / "bomb.xlsx").write_bytes(workbook(sheet1=b" " * (201 * 2**20)))
    assert "more than 200 MB" in account(tmp_path / "bomb.xlsx")[0]


def test_a_damaged_workbook_is_named(read: Read) -> None:
    assert "cannot be read" in reason(read(workbook(a=b"x" * 100)[:-30], "cards.xlsx"))


def test_a_table_of_a_million_rows_is_read_line_by_line(tmp_path: Path) -> None:
    with (tmp_path / "big.csv").open("w", encoding="cp1252", newline="") as file:
        for _ in range(1000):
            file.writelines(
                "=cmd();Café;-;some words in a cell of a table\r\n" for _ in range(1000)
            )
    path = tmp_path / "big.csv"
    raw = Raw("big.csv", b"", stream=lambda: path.open("rb"))
    stream, warnings = open_text(raw)
    with stream:
        assert sum(line.startswith("=cmd();Café;-;") for line in stream) == 1_000_000
    assert "Windows-1252" in warnings[0].message
    assert len(account(path)) == 1


def test_json_lines_of_any_size_are_read_line_by_line(tmp_path: Path) -> None:
    with (tmp_path / "big.jsonl").open("w", encoding="utf-8") as file:
        for number in range(300):
            file.write(card(f"A{number}", overview="x" * 15_000) + "\n")
        file.write('{"oops\n' + '"' + "y" * 11_000_000 + '"\n' + card("last") + "\n")
    lines = account(tmp_path / "big.jsonl")
    assert [line.endswith("| read") for line in lines] == [True] * 300 + [False, False, True]
    assert lines[300].startswith(", line 301 | The JSON breaks off")
    assert "limit for one record" in lines[301]


def test_a_loader_that_cannot_cope_sets_only_that_record_aside(read: Read) -> None:
    found = read(b'{"benchmark_name": {"a": [1]}, "task": {"x": {"answer": {"y": 2}}}}\n', "a.json")
    assert len(found) == 1


def test_every_kind_of_value_in_every_field_is_a_document_or_a_sentence() -> None:
    values: list[object] = [
        None,
        0,
        True,
        "",
        "x",
        [],
        [[]],
        [None],
        {},
        {"a": None},
        [{"id": {}}],
        {"": []},
    ]
    fields = ("benchmark_name", "benchmark_details", "evalgap", "task", "gaps", "card", "reviews",
              "deployments", "methodology", "outcome", "benchmark", "plans", "metrics")  # fmt: skip
    for field in fields:
        for value in values:
            for base in ({"evalgap": 1}, {"benchmark_name": "A", "task": {}}):
                tree = {**base, field: value}
                found = list(documents(Raw("x.json", json.dumps(tree).encode())))
                assert len(found) == 1
                assert isinstance(found[0], Document) or found[0].problems[0].message


@given(
    words=st.text(st.sampled_from("a\\\n\0\x08\x1f\x7f\x85é\ud83d\udca9\ufffe\uffff😀")),
    escaped=st.booleans(),
)
def test_bytes_are_surely_clean_only_where_nothing_is_to_be_removed(
    *, words: str, escaped: bool
) -> None:
    data = json.dumps({"a": words}, ensure_ascii=escaped).encode(errors="surrogatepass")
    for written in (data, data.decode(errors="surrogatepass").encode("utf-16", "surrogatepass")):
        assert not surely_clean(written) or not clean_tree(json.loads(data))[1]


@pytest.mark.parametrize("escape", [r"\0", r"\x01", r"\b", r"\e", r"\U0000FFFF", r"\v", r"\uD800"])
def test_escapes_of_yaml_are_not_surely_clean(escape: str) -> None:
    assert not surely_clean(f'a: "{escape}"'.encode())
