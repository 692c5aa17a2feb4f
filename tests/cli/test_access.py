"""Tokens on the command line, and a service that does not start without a good one."""

import json
import os
import subprocess
import sys
from pathlib import Path
from pwd import getpwuid

import pytest

from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TOKEN", "", "EVALGAP_TOKEN: It is empty. Give it a value, or leave it out."),
        ("STORE", "", "EVALGAP_STORE: It is empty."),  # as a path, it would be this folder
        ("HOST", " ", "EVALGAP_HOST: It is empty."),  # as an address, it would be every one
        ("PORT", "x", "EVALGAP_PORT: "),
    ],
)
def test_the_service_does_not_start_with_a_setting_that_does_not_fit(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "service", "serve"],
        env={**os.environ, "EVALGAP_STORE": str(tmp_path / "store"), f"EVALGAP_{name}": value},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"evalgap: {said}")
    assert not (tmp_path / "store").exists()


def test_tokens_are_made_once_listed_and_revoked(run: Run) -> None:
    def token(*words: str) -> subprocess.CompletedProcess[str]:
        return run("token", *words, seed=False)

    made = token("create", "ci", "--scope", "import", "--expires", "30d")
    assert made.returncode == 0, made.stderr
    secret = made.stdout.strip()
    assert len(secret) >= 43
    assert "once" in made.stderr
    listed = token("list", "--json").stdout
    (found,) = map(json.loads, listed.splitlines())
    assert (found["name"], found["scope"], found["state"]) == ("ci", "import", "valid")
    assert secret not in listed
    assert token("revoke", "ci").returncode == 0
    assert "revoked" in token("list").stdout
    again = token("create", "ci", "--scope", "write")
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr.startswith("evalgap: There is or was a token 'ci'.")


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
