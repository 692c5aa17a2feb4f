"""Settings: from `EVALGAP_…` variables and command-line flags, passed in, never global."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from service.common.public_url import PublicURL

Listed = Annotated[tuple[str, ...], NoDecode]
"""A setting with several values; a variable lists them with commas."""
_LISTS = ("allowed_hosts", "trusted_proxies")
"""The settings with several values, of which none is one, too."""


class Settings(BaseSettings):
    """How the service runs. Every field is `EVALGAP_` plus its name in capitals.

    The text below a field is its row in the manual (`python -m tests.manual`).
    """

    model_config = SettingsConfigDict(env_prefix="EVALGAP_", frozen=True)

    store: Path | None = Path(".evalgap/store")
    """Folder of the embedded store, or the URL of a SPARQL server; None: in memory (tests)."""
    store_url: str | None = None
    """Query address of a SPARQL server that holds the graph instead of the folder."""
    store_update_url: str | None = None
    """Update address of that server, where it does not follow from the query address."""
    store_graph_url: str | None = None
    """Graph Store address of that server, where it does not follow from the query address."""
    store_user: str | None = None
    """User name at that server."""
    store_password: SecretStr | None = None
    """Password at that server; without a user name, a bearer token."""
    host: str = "127.0.0.1"
    """Address to listen on; the default is loopback, which only this machine reaches."""
    port: int = Field(8000, ge=0, le=65_535)
    """Port to listen on."""
    read_only: bool = False
    """Whether nothing can be written over HTTP; the store is served as it was at the start."""
    seed: bool = True
    """Whether to load the shipped cards into the store at start."""
    max_body_bytes: int = 10 * 2**20
    """The largest request body that is read; uploads have a limit of their own."""
    max_records: int = Field(500, ge=1)
    """The most records in a request that is checked and not stored."""
    max_values: int = Field(200_000, ge=1)
    """The most values in the body of such a request, or of a request for an analysis."""
    max_work_seconds: float = Field(30.0, gt=0)
    """The longest that such a request may wait and be worked on, together."""
    max_query_chars: int = 100_000
    """The longest SPARQL text that is read."""
    max_query_seconds: float = 30.0
    """The longest that one SPARQL query may run; `timeout=` may lower it."""
    max_update_seconds: float = 30.0
    """The longest that one SPARQL update may run, or RDF be read; `timeout=` may lower it."""
    min_free_bytes: int = 256 * 2**20
    """What must be free on the disks of the service for `/ready` to say so."""
    max_rows: int = 1_000_000
    """The most rows or triples that one SPARQL answer may hold."""
    max_result_bytes: int = 64 * 2**20
    """The largest SPARQL answer, in bytes."""
    max_memory_copy_bytes: int = 128 * 2**20
    """The largest embedded store, in bytes on disk, also kept in memory; 0: none is kept."""
    set_aside: Path | None = None
    """File of the records that were set aside; None: beside the store."""
    max_set_aside_bytes: int = 2**30
    """The most bytes of set-aside records that are kept; past that only their reasons are."""
    imports: Path | None = None
    """Folder of the imports over HTTP; None: beside the store."""
    max_upload_bytes: int = 2**30
    """The largest upload that is imported, in bytes."""
    sources: Path | None = None
    """File of the sources that `evalgap sources` keeps; None: beside the store."""
    max_fetch_bytes: int = Field(2**30, ge=1)
    """The largest file that `evalgap sources run` fetches, in bytes."""
    max_fetch_seconds: float = Field(300.0, gt=0)
    """The longest that it may take to fetch one."""
    publisher: str = "The operators of this EvalGap service"
    """Who runs the service, by name: the publisher of its catalogue."""
    token: SecretStr | None = None
    """A token with all scopes; the service does not start with one below 16 characters."""
    tokens: Path | None = None
    """File of the named tokens; None: beside the store."""
    write_log: Path | None = None
    """File of the log of writes; None: beside the store."""
    read_token: Literal["off", "required"] = "off"  # noqa: S105 - no token itself
    """`required`: reading needs a token, too (`/health` does not)."""
    metrics: bool = True
    """Whether `/metrics` tells Prometheus how many requests there were and how long they took."""
    log: Literal["text", "json"] = "text"
    """`json`: a line of JSON for each request and for all else that is logged."""
    proposals: bool = False
    """Whether records may be sent for review without a token; they wait outside the graph."""
    gate: bool = True
    """Whether SHACL judges every write; off only for a plain store or conformance runs."""
    validators: int = 1
    """Processes that check records over HTTP; 0 checks in the serving process (tests)."""

    public_url: PublicURL | None = None
    """The address that clients know: scheme, host and path prefix of all addresses in answers."""
    allowed_hosts: Listed = ()
    """Hosts that requests may be for, `*` for any; None: loopback, `host` and the public host."""
    trusted_proxies: Listed = ()
    """Addresses and networks of the proxies whose `X-Forwarded-…` fields are believed."""
    rate_limit: str | None = None
    """Requests that one client may send in a time, as in `600/minute`; None: any number."""
    max_url_bytes: int | None = Field(None, ge=1024)
    """The longest address of a request; None: 4 KiB and three times `max_query_chars`."""
    max_header_bytes: int = Field(32 * 2**10, ge=1024)
    """The most bytes of all header fields of a request."""
    max_header_fields: int = Field(100, ge=10)
    """The most header fields of a request."""
    max_header_seconds: float = Field(10.0, gt=0)
    """The longest that a header may take to come, or the first byte of a new connection."""
    max_body_pause_seconds: float = Field(20.0, gt=0)
    """The longest pause between two bytes of the body of a request."""
    min_body_bytes_per_second: float = Field(500.0, ge=0)
    """The slowest rate at which a body may come, on average, once that time is over."""
    max_send_pause_seconds: float = Field(60.0, gt=0)
    """The longest pause of a client that reads an answer."""
    max_idle_seconds: float = Field(5.0, gt=0)
    """The longest that a connection is kept for its next request."""
    lanes: int | None = Field(None, ge=0, le=64)
    """Processes that answer quick queries on kept connections; None: one a core, at most 4."""
    max_connections: int = Field(1024, ge=1)
    """The most connections at once; never more than half the files that the process may open."""
    max_connections_per_client: int = Field(256, ge=1)
    """The most connections from one address, IPv6 by /64; trusted proxies have no such limit."""

    @property
    def url_bytes(self) -> int:
        """The longest address of a request, in bytes; each character may be percent-encoded."""
        return self.max_url_bytes or 3 * self.max_query_chars + 4096

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_nothing(cls, given: Any, info: ValidationInfo) -> Any:
        """Refuse an empty value: as a path it is this folder, and as a host every address."""
        if isinstance(given, str) and not given.strip() and info.field_name not in _LISTS:
            raise PydanticCustomError("empty", "It is empty. Give it a value, or leave it out")
        return given

    @field_validator("public_url", mode="before")
    @classmethod
    def _read_public_url(cls, given: Any) -> Any:
        return PublicURL.read(given) if isinstance(given, str) else given

    @field_validator("rate_limit")
    @classmethod
    def _check_rate(cls, given: str | None) -> str | None:
        if given is not None:
            from limits import parse  # noqa: PLC0415 - takes a tenth of a second, which few need

            parse(given)
        return given

    @field_validator(*_LISTS, mode="before")
    @classmethod
    def _split(cls, given: Any) -> Any:
        """Read what is listed with commas."""
        if not isinstance(given, str):
            return given
        return tuple(item.strip() for item in given.split(",") if item.strip())

    @field_validator("trusted_proxies")
    @classmethod
    def _check_networks(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for item in given:
            ip_network(item, strict=False)
        return given

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

    @property
    def sources_file(self) -> Path | None:
        """Where sources are kept; None for a store in memory, which has none."""
        return self.sources or self._beside("sources.sqlite")

    @property
    def proposals_file(self) -> Path | None:
        """Where proposals wait; None for a store in memory, which has none."""
        return self._beside("proposals.sqlite")

    @property
    def write_log_file(self) -> Path | None:
        """Where writes are logged; None for a store in memory, whose log ends with it."""
        return self.write_log or self._beside("writes.sqlite")

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
