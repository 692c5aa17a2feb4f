"""Tokens on the command line, and a service that does not start without a good one."""

import json
import os
import subprocess
import sys
from pathlib import Path
from pwd import getpwuid

import pytest

from tests.cli.conftest import Run


@pytest.mark.parametrize("token", ["", "t"])
def test_the_service_does_not_start_with_a_poor_token(tmp_path: Path, token: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "service", "serve", "--port", "0"],
        env={**os.environ, "EVALGAP_STORE": str(tmp_path / "store"), "EVALGAP_TOKEN": token},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("evalgap: EVALGAP_TOKEN has")
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(("name", "value"), [("READ_TOKEN", ""), ("PORT", "x")])
def test_a_setting_that_does_not_fit_is_one_sentence(name: str, value: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "service", "serve"],
        env={**os.environ, f"EVALGAP_{name}": value},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"evalgap: EVALGAP_{name}: ")


def test_tokens_are_made_once_listed_and_revoked(run: Run) -> None:
    made = run("token", "create", "ci", "--scope", "import", "--expires", "30d", seed=False)
    assert made.returncode == 0, made.stderr
    secret = made.stdout.strip()
    assert len(secret) >= 43
    assert "once" in made.stderr
    assert run("token", "create", "ci", "--scope", "write").returncode == 2
    (found,) = map(json.loads, run("token", "list", "--json").stdout.splitlines())
    assert (found["name"], found["scope"], found["state"]) == ("ci", "import", "valid")
    assert secret not in run("token", "list").stdout
    assert run("token", "revoke", "ci").returncode == 0
    assert "revoked" in run("token", "list").stdout
    for words in (("revoke", "ci"), ("revoke", "nobody"), ("create", "ci", "--scope", "write")):
        again = run("token", *words)
        assert again.returncode == 2
        assert again.stderr.startswith("evalgap: ")


@pytest.mark.parametrize("words", [("A b", "1d"), ("a", "2001-01-01")])
def test_a_name_or_an_end_that_cannot_be_is_refused(run: Run, words: tuple[str, str]) -> None:
    name, expires = words
    done = run("token", "create", name, "--scope", "read", "--expires", expires, seed=False)
    assert done.returncode == 2
    assert done.stderr.startswith("evalgap: ")
    assert done.stdout == ""


CARD = '{"benchmark_details": {"name": "B"}, "targeted_risks": {}}'


def test_what_a_user_writes_is_logged_and_listed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text(CARD)
    (tmp_path / "bad.json").write_text("{}")
    assert run("import", tmp_path / "card.json", seed=False).returncode == 0
    run("import", tmp_path / "bad.json", seed=False)
    (first, second) = map(json.loads, run("log", "--json", seed=False).stdout.splitlines())
    assert (first["who"], first["client"]) == (getpwuid(os.getuid()).pw_name, "command line")
    assert (first["operation"], first["outcome"], second["outcome"]) == (
        "import", "stored", "unchanged",
    )  # fmt: skip
    (graph,) = first["graphs"]
    assert len(graph["digest"]) == 64
    above = graph["graph"].rpartition("/")[0]
    (line,) = run("log", "--graph", above, "--since", "1d", seed=False).stdout.splitlines()
    assert "command line  import" in line
    header, *rows = run("log", "--csv", seed=False).stdout.splitlines()
    assert header.startswith("id,at,who,client,operation")
    assert graph["graph"] in rows[0]


def test_a_load_is_logged(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dump.nq").write_text("<urn:s> <urn:p> <urn:o> <urn:g> .\n")
    assert run("load", tmp_path / "dump.nq", seed=False).returncode == 0
    assert run("load", tmp_path / "dump.nq", seed=False).returncode == 2
    loaded, refused = map(json.loads, run("log", "--json", seed=False).stdout.splitlines())
    assert loaded["graphs"] == [{"graph": "urn:g", "triples_before": 0, "triples_after": 1}]
    assert (loaded["operation"], loaded["outcome"], refused["outcome"]) == (
        "load", "stored", "refused",
    )  # fmt: skip
