"""A file that ends its reading process is set aside; what stands before and behind goes in."""

import zipfile
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook

from loaders.contract import Document, Rejected
from service.ingest import uploads
from service.ingest.uploads import Uploads


def card(name: str) -> str:
    return f'{{"benchmark_details": {{"name": "{name}"}}}}'


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    """Return an archive with two files that need more memory than there is."""
    path = tmp_path / "imports" / "upload"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", card("A"))
        archive.writestr("b.jsonl", f"{card('B')}\n{card('C')}\n")
        for name in ("c.json", "e.json"):
            archive.writestr(name, f"[{','.join(['[]'] * 2_500_000)}]")
        archive.writestr("d.json", card("D"))
        archive.writestr("f.json", card("F"))
    return path


def test_reading_goes_on_behind_a_file_that_ends_the_process(
    upload: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_MEMORY", 128 * 2**20)
    files: list[int] = []
    with closing(Uploads(upload.parent, apart=True)) as reading:
        assert reading.count(upload) == 6
        found = list(reading.documents(upload, "x.zip", files.append, lambda: False))
    titles = [d.records[0].title for d in found if isinstance(d, Document)]  # type: ignore[attr-defined]
    assert titles == ["A", "B", "C", "D", "F"]
    refused = [d for d in found if isinstance(d, Rejected)]
    assert [d.raw.source for d in refused] == ["x.zip!c.json", "x.zip!e.json"]
    assert all("ended the process" in d.problems[0].message for d in refused)
    assert files[-1] == 6


def test_an_upload_is_read_to_where_it_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_text(f"{card('A')}\n{card('B')}\n")
    with closing(Uploads(tmp_path, apart=False)) as reading:
        stops = iter((False, True))
        found = list(reading.documents(path, "x.jsonl", lambda _: None, lambda: next(stops)))
    assert [d.raw.place for d in found] == ["line 1"]


def test_a_workbook_is_read_where_files_are_closed(tmp_path: Path) -> None:
    book, data = Workbook(), BytesIO()
    book.active.append(["Benchmark", "Id"])
    book.save(data)
    path = tmp_path / "upload"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("cards.xlsx", data.getvalue())
        archive.writestr("d.json", card("D"))
    with closing(Uploads(tmp_path, apart=True)) as reading:
        found = list(reading.documents(path, "x.zip", lambda _: None, lambda: False))
    assert [d.raw.source for d in found] == ["x.zip!cards.xlsx", "x.zip!d.json"]
    assert isinstance(found[1], Document)
