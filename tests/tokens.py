"""The token of every service that lives for one test run."""

TOKEN = "a-token-for-tests-only"  # noqa: S105 - of no other service
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
