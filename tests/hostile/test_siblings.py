"""What a record may read beside itself: its own folder or archive, and nothing else."""

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from loaders.contract import CardError, Raw
from loaders.reading import bundle
from loaders.reading.files import raw_records, raw_stream

FILES = {
    "tasks/a/card.yaml": b"include: ../_template",
    "tasks/_template": b"include: shared/base",
    "tasks/shared/base": b"x: 1",
}


def folder(root: Path) -> Path:
    for name, data in FILES.items():
        (root / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "in" / name).write_bytes(data)
    return root / "in"


def zipped(root: Path) -> Path:
    with zipfile.ZipFile(root / "in.zip", "w") as archive:
        for name, data in FILES.items():
            archive.writestr(name, data)
    return root / "in.zip"


def tarred(root: Path) -> Path:
    with tarfile.open(root / "in.tgz", "w:gz") as archive:
        for name, data in FILES.items():
            info = tarfile.TarInfo(f"./{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return root / "in.tgz"


def nested(root: Path) -> Path:
    with zipfile.ZipFile(root / "outer.zip", "w") as archive:
        archive.writestr("secret", b"x")
        archive.write(zipped(root), "in.zip")
    return root / "outer.zip"


@pytest.fixture(params=[folder, zipped, tarred, nested])
def record(request: pytest.FixtureRequest, tmp_path: Path) -> Raw:
    """Return the card of a bundle of each kind, with a secret beside the bundle."""
    (tmp_path / "secret").write_bytes(b"x")
    make: Callable[[Path], Path] = request.param
    found = (r for r in raw_records([make(tmp_path)]) if isinstance(r, Raw))
    return next(r for r in found if r.source.endswith("card.yaml"))


def test_a_sibling_is_found_and_its_own_siblings_relative_to_it(record: Raw) -> None:
    template = record.sibling("../_template")
    assert template is not None
    assert template.data == FILES["tasks/_template"]
    base = template.sibling("shared/base")
    assert base is not None
    assert base.data == FILES["tasks/shared/base"]
    assert record.sibling("../absent") is None
    assert record.sibling("..") is None


@pytest.mark.parametrize(
    "path", ["../../../secret", "/etc/passwd", "..\\..\\..\\secret", "../../..", "x\0y"]
)
def test_a_path_that_leaves_the_bundle_is_refused(record: Raw, path: str) -> None:
    with pytest.raises(CardError, match="leads out"):
        record.sibling(path)


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"x")
    root = folder(tmp_path)
    (root / "tasks/a/link").symlink_to(tmp_path / "secret")
    (raw,) = raw_records([root / "tasks/a/card.yaml"])
    assert isinstance(raw, Raw)
    with pytest.raises(CardError, match="leads out"):
        raw.sibling("link")


def test_a_large_sibling_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MAX_RECORD_BYTES", 5)
    raw = next(r for r in raw_records([folder(tmp_path)]) if isinstance(r, Raw) and "a/" in r.path)
    with pytest.raises(CardError, match="too large"):
        raw.sibling("../_template")


def test_a_stream_has_no_siblings() -> None:
    (raw,) = raw_stream(io.BytesIO(b"a: 1"), "up/load.yaml")
    assert isinstance(raw, Raw)
    assert raw.sibling("other.yaml") is None
