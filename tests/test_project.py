"""The project itself: packaging, lock files, and what may stand at its top."""

import re
import subprocess
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TRACKED = subprocess.run(
    ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
).stdout.split()


def test_our_packages_are_nobody_elses() -> None:
    owners = packages_distributions()
    assert {o for name in ("service", "loaders") for o in owners.get(name, [])} <= {"evalgap"}


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
