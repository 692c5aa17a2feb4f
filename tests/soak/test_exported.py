"""Every shipped record that is exported and imported again changes nothing."""

import pytest
from fastapi.testclient import TestClient

from tests.ingest import test_exported
from tests.ingest.test_exported import KINDS, assert_unchanged, paths

shipped = test_exported.shipped


@pytest.mark.parametrize("form", KINDS)
def test_every_shipped_record_comes_back_unchanged(shipped: TestClient, form: str) -> None:
    every = [path for kind in KINDS[form] for path in paths(shipped, kind, form)]
    assert len(every) > 80
    assert_unchanged(shipped, every)
