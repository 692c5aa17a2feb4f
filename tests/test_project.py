"""The project itself: packaging, the promises of the documents, and what must not be in it."""

import re
import subprocess
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from service.common.settings import Settings
from service.queries import catalog

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = "".join(path.read_text() for path in (ROOT / "service" / "docs").glob("*.md"))
"""The pages of the manual beside README."""
TRACKED = subprocess.run(
    ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
).stdout.split()


def test_our_packages_are_nobody_elses() -> None:
    owners = packages_distributions()
    assert {o for name in ("service", "loaders") for o in owners.get(name, [])} <= {"evalgap"}


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"EVALGAP_{name.upper()}" in README + PAGES


@pytest.mark.parametrize("name", catalog.questions())
def test_every_question_is_documented(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize(
    "name",
    [
        "serve",
        "import",
        "validate",
        "query",
        "decompose",
        "export",
        "backup",
        "restore",
        "fit",
        "risk",
        "coverage",
    ],
)
def test_every_command_is_documented(name: str) -> None:
    assert f"evalgap {name}" in README


def test_the_lock_files_pin_by_hash_and_name_no_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "tests/tools/schemathesis.lock"):
        text = (ROOT / name).read_text("utf-8")
        assert "://" not in text
        pins = re.findall(r"^[a-z][^ ]*==", text, re.MULTILINE)
        assert len(pins) > 20
        assert text.count("--hash=sha256:") >= len(pins)


TOP = {
    *("ontology", "service", "loaders", "tests", "shapes", "data", ".ci", ".github"),
    *("README.md", "DESIGN.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"),
    *("CITATION.cff", "LICENSE", "LICENSE-data"),
    *("Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock"),
    *(".gitignore", ".pre-commit-hooks.yaml", "Containerfile", "compose.yaml"),
}
"""What may stand at the top level; a new name is agreed first."""


def test_only_the_agreed_files_and_folders_stand_at_the_top() -> None:
    if not TRACKED:
        pytest.skip("not a git checkout")
    assert {name.split("/")[0] for name in TRACKED} <= TOP
