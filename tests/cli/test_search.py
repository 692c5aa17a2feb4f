"""`evalgap search`, and what the commands say of an unknown id."""

import json

from tests.cli.conftest import Run


def test_words_find_things_and_a_typing_error_is_named(run: Run) -> None:
    found = run("search", "mdeqa", "--json")
    assert found.returncode == 0
    assert "Did you mean MedQA?" in found.stderr
    document = json.loads(found.stdout)
    assert document["items"][0]["id"] == "medqa"
    assert "sepsis-alerts" in run("search", "sepsis", "alerts", "--kind", "deployment").stdout
    assert run("search", "xqzwvy").returncode == 1
    assert run("search", "sepsis", "--kind", "colour").returncode == 2
    unknown = run("fit", "sepsis-alert")
    assert unknown.returncode == 2
    assert "Did you mean sepsis-alerts?" in unknown.stderr
