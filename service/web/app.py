"""The composition root: settings become a store, a gate and an application."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from tempfile import mkdtemp

import fastapi_offline
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles
from starlette.middleware.errors import ServerErrorMiddleware

from service.access import Access, RequestIds, Tokens, WriteLog
from service.bibliography import citing
from service.catalogue import index
from service.common import aliases
from service.common.fair_lock import FairLock
from service.common.http_headers import COMPRESSION, WORTH_COMPRESSING
from service.common.problems import Problem
from service.common.resources import VERSION
from service.common.settings import Settings
from service.coverage import from_graph
from service.evidence import by_dimension
from service.ingest import seeding
from service.ingest.checking import Checking, DeadlinePool
from service.ingest.graph_updates import graph_writer
from service.ingest.jobs import ImportContext, ImportJobs
from service.ingest.written import settle
from service.search import find
from service.store.maintenance import StoreMaintenance
from service.store.open import open_served
from service.store.oxigraph.store import READER_MEMORY, EmbeddedEngine
from service.store.port import Engine
from service.validation.gate import Gate
from service.web import cancellation, damaged, documented, errors, pages
from service.web.api import (
    coverage,
    decompose,
    evidence,
    fit,
    health,
    imports,
    ledger,
    matches,
    mcp,
    measure,
    named_queries,
    own,
    plans,
    proposals,
    publication,
    records,
    risk,
    score_claims,
    search,
    sources,
    stats,
    terms,
    validate,
    withdrawal,
    writes,
)
from service.web.dependencies import Services
from service.web.files import PageFiles
from service.web.http.edge import service_hosts
from service.web.http.forwarded import PublicAddress, TrustedProxies
from service.web.lines import Lines
from service.web.linked_data import descriptions, names, vocabulary
from service.web.middleware import (
    HeadAsGet,
    Noting,
    RefusalsAsProblems,
    SecurityHeaders,
    ValidRanges,
)
from service.web.observing import lines
from service.web.observing.metrics import Metrics
from service.web.observing.observed import Observed, Routed
from service.web.pages.deployments import index as deployment_list
from service.web.pages.gaps import list as gap_list
from service.web.pages.home import view as home
from service.web.pages.plans import view as plans_page
from service.web.pages.reviews import index as review_list
from service.web.pages.shared import deployment_choices, titles
from service.web.pages.studies import index as study_list
from service.web.read_gate import ReadGate
from service.web.readiness import Readiness, checks
from service.web.responses import RELEASE
from service.web.sparql import graph_store, protocol
from service.web.sparql.endpoint import Endpoint
from service.web.sparql.lanes.pool import Lanes

ROUTERS = (
    *pages.ROUTERS,
    health.router,
    validate.router,
    matches.router,
    imports.router,
    imports.forms,
    fit.router,
    risk.router,
    score_claims.router,
    coverage.router,
    decompose.router,
    measure.router,
    evidence.router,
    ledger.router,
    sources.router,
    own.router,
    proposals.router,
    plans.router,
    publication.router,
    withdrawal.router,
    stats.router,
    terms.router,
    search.router,
    records.router,
    named_queries.router,
    protocol.router,
    graph_store.router,
    writes.router,
    descriptions.router,
    vocabulary.router,
    names.router,
    mcp.router,
)
WARMED = (
    home.front,
    deployment_choices.by_field,
    titles.titles,
    index.index,
    find.index,
    gap_list.choices,
    citing.counts,
    by_dimension.every_dimension,
    from_graph.subjects,
    plans_page.cards,
    deployment_list.index,
    study_list.index,
    review_list.index,
)
"""What takes longest of `service.queries.cache.KEPT`: made again before it is requested.

In the order in which visitors come to it: home, `/fit`, `/benchmarks`, `/search`, and the others.
"""

MOST_LANES = 4
"""Processes that answer quick queries on connections they take over; fewer on fewer cores."""

_SWAGGER = Path(fastapi_offline.__file__).parent / "static"


def create_app(settings: Settings, tell: Callable[[str], None] = lambda _: None) -> FastAPI:
    """Return the application; its store opens when it starts and closes when it stops.

    `tell` hears what start-up is doing. Raises `StoreBusy` where another process holds the
    store.
    """
    access = Access(
        Tokens(settings.tokens_file, settings.token),
        reading_needs_token=settings.reading_needs_token,
        read_only=settings.read_only,
    )
    engine = open_served(settings)
    gate = Gate(settings.validators)
    try:
        if not settings.read_only:
            seeding.prepare(engine, gate, seed=settings.seed, tell=tell)
    except Problem:
        gate.close()
        engine.close()
        raise
    services = _services(engine, gate, settings, access)
    app = FastAPI(
        title="EvalGap",
        version=VERSION,
        summary="The assumptions that AI benchmarks make, and where they fail",
        description=aliases.described(),
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=documented.operation_id,
        lifespan=_closing(services),
    )
    app.state.services = services
    app.state.lanes = _lanes(engine, settings)
    app.state.threads = cancellation.threads()
    app.state.lines = Lines.of(settings)
    app.state.queries = cancellation.turns_of(engine)
    app.state.writing_threads = cancellation.writing_threads()
    app.state.ready_threads = health.ready_threads()
    app.state.metrics = _metrics(engine, app.state.lanes) if settings.metrics else None
    _add_routes(app)
    _add_middleware(app, settings, services)
    documented.complete(app, ROUTERS)
    return app


def _add_routes(app: FastAPI) -> None:
    """Add every route, what is mounted beside them, and the answers to errors."""
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", PageFiles(), name="static")
    app.mount("/swagger", StaticFiles(directory=_SWAGGER), name="swagger")
    for raised, handler in errors.HANDLERS.items():
        app.add_exception_handler(raised, handler)


def _add_middleware(app: FastAPI, settings: Settings, services: Services) -> None:
    """Add what every request passes; what is added last comes first."""
    access = services.access
    longest = max(damaged.LONGEST, 2 * settings.max_query_seconds)
    app.add_middleware(Routed)
    app.add_middleware(Noting)
    app.add_middleware(damaged.AnswersOnceDamaged, engine=services.engine, longest=longest)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(GZipMiddleware, minimum_size=WORTH_COMPRESSING, compresslevel=COMPRESSION)
    if access.reading_needs_token:
        app.add_middleware(Endpoint, services=services, writes=False)
        app.add_middleware(ReadGate, admit=access)
    app.add_middleware(
        CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
        allow_headers=["*"], expose_headers=[
            "Link", "Location", "ETag", "X-Request-ID", "RateLimit", "RateLimit-Policy", RELEASE,
        ],
    )  # fmt: skip
    app.add_middleware(ValidRanges)
    app.add_middleware(RefusalsAsProblems)
    app.add_middleware(RequestIds)
    app.add_middleware(HeadAsGet)
    if not access.reading_needs_token:
        app.add_middleware(Endpoint, services=services, writes=True)
    _add_edge(app, settings, access)


def _add_edge(app: FastAPI, settings: Settings, access: Access) -> None:
    """Add what comes before all else, so after the rest; what is not set costs nothing."""
    if settings.rate_limit:
        from service.web.http.rates import RateLimit  # noqa: PLC0415 - takes a tenth of a second

        app.add_middleware(RateLimit, rate=settings.rate_limit, is_token=access.tokens.is_valid)
    proxies, hosts = TrustedProxies(settings.trusted_proxies), service_hosts(settings)
    if proxies or hosts.public:
        app.add_middleware(PublicAddress, hosts=hosts, proxies=proxies)
    _observe(app, settings)


def _observe(app: FastAPI, settings: Settings) -> None:
    """Let requests be counted and written down, as far as the settings ask for it."""
    metrics: Metrics | None = app.state.metrics
    observers = [metrics.count] if metrics else []
    if settings.log == "json":
        observers.append(lines.write_request)
    if observers:
        begun = metrics.under_way if metrics else lambda _: None
        # else the framework answers what nobody foresaw where it is not seen
        app.add_middleware(ServerErrorMiddleware, handler=errors.HANDLERS[Exception])
        app.add_middleware(Observed, observers=observers, begun=begun, named=settings.log == "json")


def _metrics(engine: Engine, lanes: Lanes | None) -> Metrics:
    return Metrics(lambda: lanes.answers if lanes else 0, lambda: engine.generation)


def _services(engine: Engine, gate: Gate, settings: Settings, access: Access) -> Services:
    writing = FairLock()
    # the imports of a store that is only read here belong to the service that writes it
    lasting = None if settings.read_only else settings.imports_folder
    folder = lasting or Path(mkdtemp(prefix="evalgap-imports-"))
    log = WriteLog(settings.write_log_file or folder / "writes.sqlite")
    context = ImportContext(
        engine, gate, writing, log, settings.set_aside_file, settings.max_set_aside_bytes,
        settings.validators > 0,
    )  # fmt: skip
    jobs = ImportJobs(folder, context)
    if not engine.shared and not settings.read_only:
        settle(engine, log, jobs.under_way())
    writer = graph_writer(engine, gate if settings.gate else None, settings)
    checking, apart = Checking(settings), DeadlinePool(settings, "decomposing gaps")
    own = [path.parent for path in (settings.store, settings.set_aside_file) if path]
    found = checks(engine, gate, [folder, *own], settings.min_free_bytes)
    ready = Readiness(found)
    return Services(
        engine, gate, checking, apart, settings, access, log, jobs, writing, writer, ready
    )


def _closing(services: Services) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        copied = services.settings.max_memory_copy_bytes
        maintenance = StoreMaintenance(services.engine, copied, WARMED)
        maintenance.start()
        yield
        maintenance.stop()
        end(app)

    return lifespan


def end(app: FastAPI) -> None:
    """Close what an application holds, once it answers nothing any more."""
    services: Services = app.state.services
    app.state.threads.shutdown(wait=False, cancel_futures=True)
    if app.state.lanes:
        app.state.lanes.close()
    services.refuse_writes()
    services.readiness.close()
    services.jobs.close()
    services.checking.close()
    services.decomposing.close()
    services.log.close()
    if services.settings.read_only or services.settings.imports_folder is None:
        services.jobs.remove()
    services.gate.close()
    services.engine.close()


def _lanes(engine: Engine, settings: Settings) -> Lanes | None:
    """Return the lanes of a store that other processes can read; a server may lend to them.

    There are none where reading needs a token, since lanes do not ask for it, where clients
    have a rate, since lanes do not count, and where each request has a line in the log.
    """
    readable = engine.snapshots if isinstance(engine, EmbeddedEngine) else None
    size = min(os.cpu_count() or 1, MOST_LANES) if settings.lanes is None else settings.lanes
    seen = settings.reading_needs_token or settings.rate_limit or settings.log == "json"
    if seen or readable is None or not size:
        return None
    most = settings.max_rows, settings.max_result_bytes, settings.max_query_chars
    given = READER_MEMORY, *most, service_hosts(settings).packed()
    return Lanes(readable, size, given)
