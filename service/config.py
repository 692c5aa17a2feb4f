"""Settings: from `EVALGAP_…` variables and command-line flags, passed in, never global."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How the service runs. Every field is `EVALGAP_` plus its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="EVALGAP_", frozen=True)

    store: Path | None = Path(".evalgap/store")
    """Folder of the embedded store; None keeps everything in memory."""
    host: str = "127.0.0.1"
    """Address to listen on; loopback unless told otherwise."""
    port: int = 8000
    """Port to listen on."""
    seed: bool = True
    """Whether to load the shipped cards into the store at start."""
    max_body_bytes: int = 10 * 2**20
    """The largest request body that is read."""
    max_query_chars: int = 100_000
    """The longest SPARQL text that is read."""
    max_query_seconds: float = 30.0
    """The longest that one SPARQL query may run; `timeout=` may lower it."""
    max_rows: int = 1_000_000
    """The most rows or triples that one SPARQL answer may hold."""
    max_result_bytes: int = 64 * 2**20
    """The largest SPARQL answer, in bytes."""
    token: SecretStr | None = None
    """What a client must send as `Authorization: Bearer …` to write; None: nobody writes."""
    gate: bool = True
    """Whether SHACL judges every write; off only for a plain store or conformance runs."""
    validators: int = 1
    """Processes that check records over HTTP; 0 checks in the serving process (tests)."""
