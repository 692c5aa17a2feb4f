"""Settings: from `EVALGAP_…` variables and command-line flags, passed in, never global."""

from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How the service runs. Every field is `EVALGAP_` plus its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="EVALGAP_", frozen=True)

    store: Path | None = Path(".evalgap/store")
    """Folder of the embedded store; None keeps everything in memory. A URL is `store_url`."""
    store_url: str | None = None
    """Query address of a SPARQL server that holds the graph instead."""
    store_update_url: str | None = None
    """Its update address, where that cannot be told from the other."""
    store_graph_url: str | None = None
    """Its Graph Store address, where that cannot be told from the other."""
    store_user: str | None = None
    """User name at the server."""
    store_password: SecretStr | None = None
    """Password at the server; without a user name, a bearer token."""
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
    max_memory_copy_bytes: int = 128 * 2**20
    """The largest embedded store, in bytes on disk, that is also kept in memory; 0: none is."""
    set_aside: Path | None = None
    """File of the records that were set aside; None puts it beside the embedded store."""
    max_set_aside_bytes: int = 2**30
    """The most bytes of set-aside records that are kept; past that only their reasons are."""
    imports: Path | None = None
    """Folder of the imports over HTTP; None puts it beside the embedded store."""
    max_upload_bytes: int = 2**30
    """The largest upload that is imported, in bytes."""
    publisher: str = "The operators of this EvalGap service"
    """Who runs the service, by name: the publisher of its catalogue."""
    token: SecretStr | None = None
    """A token with all scopes, of 16 characters at least, beside those in the file of tokens."""
    tokens: Path | None = None
    """File of the named tokens; None puts it beside the embedded store."""
    read_token: Literal["off", "required"] = "off"  # noqa: S105 - no token itself
    """Whether reading needs a token, too."""
    gate: bool = True
    """Whether SHACL judges every write; off only for a plain store or conformance runs."""
    validators: int = 1
    """Processes that check records over HTTP; 0 checks in the serving process (tests)."""

    @property
    def imports_folder(self) -> Path | None:
        """Where imports over HTTP are kept; None for a store in memory, which ends with us."""
        if self.imports is not None:
            return self.imports
        if self.store is None:
            return Path(".evalgap/imports") if self.store_url else None
        return self.store.with_name(f"{self.store.name}-imports")

    @property
    def set_aside_file(self) -> Path:
        """Where set-aside records are kept, whether the store is a folder or a server."""
        if self.set_aside is not None:
            return self.set_aside
        if self.store is None:
            return Path(".evalgap/set-aside.sqlite")
        return self.store.with_name(f"{self.store.name}-set-aside.sqlite")

    @property
    def reading_needs_token(self) -> bool:
        """Whether reading needs a token, too."""
        return self.read_token == "required"  # noqa: S105 - no token itself

    @property
    def tokens_file(self) -> Path | None:
        """Where named tokens are kept; None for a store in memory, which has none."""
        return self.tokens or self._beside("tokens.sqlite")

    def _beside(self, name: str) -> Path | None:
        """Return a file beside the store; None for a store in memory."""
        if self.store is not None:
            return self.store.with_name(f"{self.store.name}-{name}")
        return Path(".evalgap", name) if self.store_url else None

    @model_validator(mode="before")
    @classmethod
    def _store_may_be_a_url(cls, given: Any) -> Any:
        """Take `store=http://…` for the address of a server."""
        store = given.get("store") if isinstance(given, dict) else None
        if isinstance(store, str) and store.startswith(("http://", "https://")):
            return {**given, "store": None, "store_url": store}
        return given
