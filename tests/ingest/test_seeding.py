"""The first start: what passed the shapes before it was shipped does not pass them again."""

import shutil
from pathlib import Path

import pytest

from service.common.problems import Invalid
from service.common.resources import resource
from service.common.settings import Settings
from service.ingest import seeding
from service.web.app import create_app


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the shipped data, which starts of this process take."""
    copy = shutil.copytree(resource("data"), tmp_path / "data")
    monkeypatch.setattr(seeding, "resource", tmp_path.joinpath)
    return copy


def start() -> None:
    create_app(Settings(store=None, validators=0))


def test_the_record_of_what_passed_is_current() -> None:
    assert seeding.validated().read_text(encoding="ascii").strip() == seeding.release_digest(), (
        "data, ontology, shapes or version have changed: run `python -m tests.answers`"
    )


def test_every_shipped_record_passes(data: Path) -> None:
    (data / "VALIDATED").unlink()
    start()


def test_a_changed_record_is_judged(data: Path) -> None:
    card = data / "cards" / "medqa.yaml"
    for other in {*data.rglob("*.yaml")} - {card}:
        other.unlink()  # what goes with it is judged above
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace("https://doi.org/", "no address ", 1), encoding="utf-8")
    with pytest.raises(Invalid, match="medqa"):
        start()
