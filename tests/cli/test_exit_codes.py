"""A command that cannot run ends with the exit code of its error, and one sentence."""

import socket
from pathlib import Path

import pytest

from service.common import problems
from service.common.problems import Problem
from tests.cli.conftest import command


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (problems.BadRequest, ["serve", "--gate", "perhaps"]),
        (problems.BadParameter, ["query", "small-samples", "--param", "n=many"]),
        (problems.NotFound, ["import", "nowhere/at-all.json"]),
        (problems.NotFound, ["fit", "no-such-deployment"]),
        (problems.Conflict, ["load", "-"]),
        (problems.BadSetting, ["serve", "--port", "99999"]),
        (problems.Invalid, ["plan", "step", "no-plan", "1", "--status", "nonsense"]),
    ],
)
def test_a_command_ends_with_the_exit_code_of_its_error(
    seeded: Path, problem: type[Problem], words: list[str]
) -> None:
    done = command(seeded, *words, stdin="<urn:a> <urn:b> <urn:c> .")
    assert done.returncode == problem.exit_code, done.stderr
    assert done.stderr.startswith("evalgap: ")


def test_serve_ends_with_a_code_of_its_own_where_its_address_is_taken(seeded: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = command(seeded, "serve", "--host", "127.0.0.1", "--port", taken.getsockname()[1])
    assert done.returncode == problems.AddressInUse.exit_code == 3
    assert "Name another port" in done.stderr
