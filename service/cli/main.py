"""EvalGap: what AI benchmarks take for granted, and whether it holds where a system is used.

Without a store, commands that read use the data that is shipped.

Exit codes: 0 all well, 1 something was found wrong with the input, 2 the command itself was
called wrongly or could not run, 3 `serve` cannot listen on its address or did not start, 130
stopped by Ctrl-C (143 by a request to terminate).
"""

import shlex
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, nullcontext, suppress
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from loaders.reading.no_card import Choice
from service.access import checked
from service.cli import access as cli_access
from service.cli import analysis as cli_analysis
from service.cli import cards as cli_cards
from service.cli import claim as cli_claim
from service.cli import decompose as cli_decompose
from service.cli import findings
from service.cli import imports as cli_imports
from service.cli import mcp as cli_mcp
from service.cli import measure as cli_measure
from service.cli import merge as cli_merge
from service.cli import perturb as cli_perturb
from service.cli import plan as cli_plan
from service.cli import proposals as cli_proposals
from service.cli import publish as cli_publish
from service.cli import search as cli_search
from service.cli import set_aside as cli_set_aside
from service.cli import sources as cli_sources
from service.cli import stats as cli_stats
from service.cli import upgrade as cli_upgrade
from service.cli import withdraw as cli_withdraw
from service.cli.console import ImportRun, err, out, written
from service.cli.listed import grid, list_, questions
from service.cli.printed import TextJson, documents, said, then, written_out
from service.cli.set_aside import kept_in
from service.cli.shared import (
    OLD_OPTIONS,
    PROGRAM,
    Quiet,
    StoreOption,
    fail,
    gated,
    logged,
    opened,
    reads_documents,
    settings_of,
    storing,
)
from service.common.digits import first_of, plural
from service.common.doors import command_line, served
from service.common.garbage import collect_rarely
from service.common.os_words import os_words
from service.common.problems import AddressInUse, Problem
from service.common.resources import VERSION
from service.common.settings import Settings
from service.ingest.pipeline import ingest
from service.ingest.report import ImportReport
from service.ingest.set_aside import noted
from service.ingest.written import differences, sizes
from service.store.faults import fault
from service.store.open import open_engine
from service.store.oxigraph.store import copy_beside_a_writer, open_store

app = typer.Typer(no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
Paths = Annotated[
    list[Path], typer.Argument(help="Files, folders, archives or 'patterns'; - is stdin.")
]
Patterns = Annotated[
    list[str] | None, typer.Option("--only", help="Read only such files: '*.json', 'cards/*'.")
]
Ignored = Annotated[
    list[str] | None, typer.Option("--ignore", help="Leave out such files and folders: tests.")
]
Hidden = Annotated[
    bool, typer.Option("--hidden", help="Read sheets and rows that a workbook hides, too.")
]
_STDIO = Path("-")


def main(arguments: list[str] | None = None, whose: object = PROGRAM) -> None:
    """Run the command line; a known problem is one plain sentence and its own exit code.

    `whose` is `PROGRAM` where the process ends with the command. Raises `SystemExit`.
    """
    words = written_out(sys.argv[1:] if arguments is None else arguments)
    try:
        with command_line():
            app(words, obj=whose, prog_name="evalgap")
    except Problem as known:
        problem = known
    except BrokenPipeError:
        raise
    except (OSError, sqlite3.Error) as error:
        problem = fault(error, "the files of EvalGap") or Problem(f"{os_words(error)}.")
    else:
        return
    err.print(f"evalgap: {problem.detail}", markup=False, highlight=False)
    if near := _unnamed(problem):
        err.print(f"Known: {near}", markup=False, highlight=False)
    sys.exit(problem.exit_code)


def _unnamed(problem: Problem) -> str:
    """Return the values that would do, where the sentence names none, and no list of them."""
    every = [str(name) for name in problem.extra.get("known", ())]
    if "See `" in problem.detail or any(name in problem.detail for name in every):
        return ""
    return first_of(every, _MOST)


_MOST = 12
"""How many values that would do are named."""


def _print_version(requested: bool) -> None:
    if requested:
        from service.ontology import releases  # noqa: PLC0415 - no other command needs it at start

        sys.stdout.write(f"evalgap {VERSION} (ontology {releases.current()})\n")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the versions and end.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None: ...


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    store: StoreOption = None,
    gate: Annotated[str, typer.Option(help="on, or off for a plain store without SHACL.")] = "on",
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Serve the store as it is now; write nothing.")
    ] = False,
) -> None:
    """Serve the graph over HTTP; a token allows writes (see `evalgap token`)."""
    if gate not in {"on", "off"}:
        fail(f"--gate is on or off, not {gate!r}.")
    settings = settings_of(
        host=host,
        port=port,
        store=store,
        gate=False if gate == "off" else None,
        read_only=read_only or None,
    )
    checked(settings.token)
    _run_server(settings)


def _run_server(settings: Settings) -> None:
    """Serve until a signal ends it. Raises `AddressInUse`; exits with a code if it never began."""
    import uvicorn  # noqa: PLC0415 - the other commands start faster without it
    from uvicorn.config import LOGGING_CONFIG  # noqa: PLC0415

    from service.web.app import create_app  # noqa: PLC0415
    from service.web.http.edge import connections_of  # noqa: PLC0415
    from service.web.http.protocol import bounded_protocol  # noqa: PLC0415
    from service.web.observing.lines import write_json  # noqa: PLC0415
    from service.web.serving import GRACE, Server  # noqa: PLC0415
    from service.web.sparql.lanes.pool import handover_protocol  # noqa: PLC0415

    if settings.log == "json":
        write_json()
    _check_free(settings)
    application = create_app(settings, tell=lambda words: err.print(f"{words} …"))
    err.print(f"EvalGap is at http://{settings.host}:{settings.port}")
    lanes, rules = application.state.lanes, connections_of(settings)
    # what fit and pages keep of a large store took 80 ms to look through, in one request of five
    collect_rarely()
    config = uvicorn.Config(
        application,
        host=settings.host,
        port=settings.port,
        log_config=None if settings.log == "json" else LOGGING_CONFIG,
        log_level="warning",
        access_log=False,  # or its lines are put together before the level is checked
        http=handover_protocol(lanes, rules) if lanes else bounded_protocol(rules),
        ws="none",  # there are no WebSockets here, and theirs would be another protocol
        proxy_headers=False,  # `service.web.http.forwarded` reads them
        timeout_keep_alive=settings.max_idle_seconds,  # type: ignore[arg-type]  # any number
        timeout_graceful_shutdown=GRACE,
    )
    server = Server(application, config)
    with suppress(KeyboardInterrupt), served():
        server.run()
    if not server.started:
        raise typer.Exit(AddressInUse.exit_code)


def _check_free(settings: Settings) -> None:
    """Raise `AddressInUse` before any work is done for an address that is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise AddressInUse(
                f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}). "
                "Name another port with --port."
            ) from error


def import_(
    context: typer.Context,
    paths: Paths,
    store: StoreOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, store nothing.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write every outcome to a JSON file.")] = None,
    name: Annotated[str | None, typer.Option(help="What to call the content of stdin.")] = None,
    replacing: Annotated[
        bool, typer.Option("--replace", help="A file of a stored name is that card, by any title.")
    ] = False,
    only: Patterns = None,
    ignore: Ignored = None,
    hidden: Hidden = False,
    plain: Annotated[
        bool, typer.Option("--plain-pyshacl", help="Validate with plain pySHACL: slow.")
    ] = False,
    quiet: Quiet = False,
    form: TextJson = "text",
) -> None:
    """Store cards in any known format; what cannot be stored is set aside with its reason.

    Files that are no card are passed over. Exit code 0 if every card went in, 1 if any was set
    aside or there was none, 130 if stopped by Ctrl-C. The same command goes on from there: what
    is stored already is unchanged.
    """
    from service.ingest.places import placed  # noqa: PLC0415 - the other commands start faster
    from service.ingest.reading_ahead import ReadingAhead  # noqa: PLC0415 - as above

    settings = settings_of(store=store)
    reads_documents(context, settings)
    run = ImportRun("Checking" if dry_run else "Importing", quiet=quiet, form=form)
    kept = None if dry_run else kept_in(settings)
    called = " ".join(map(str, paths))
    collect_rarely()
    with (
        run,
        kept or nullcontext(),
        storing(settings, "import", called, dry_run=dry_run, plain=plain) as (engine, gate, entry),
        written(report) as note,
        ReadingAhead() as ahead,
    ):
        choice = Choice(tuple(only or ()), tuple(ignore or ()), hidden)
        found = run.documents(paths, name, choice, ahead.files)
        outcomes = ingest(found, engine, gate, dry_run=dry_run, write=entry, replacing=replacing)
        for outcome in run.shown(noted(placed(outcomes), kept)):
            note(outcome)
    try:
        run.finish(kept)
    finally:
        then(form, *_after(run.tally, paths, dry_run=dry_run))


def _after(tally: ImportReport, paths: list[Path], *, dry_run: bool) -> list[str]:
    """Return what comes after an import."""
    if dry_run:
        well = tally.found and not tally.states["set aside"]
        return [f"import {shlex.join(map(str, paths))}"] if well else []
    return ["set-aside list"] if tally.states["set aside"] else ["imports list"]


def validate(
    context: typer.Context,
    paths: Paths,
    store: StoreOption = None,
    only: Patterns = None,
    ignore: Ignored = None,
    hidden: Hidden = False,
    quiet: Quiet = False,
    form: Annotated[
        findings.Form,
        typer.Option(
            "--format",
            help="How to print what is found: text, JSON, commands that GitHub shows at the line, "
            "or SARIF 2.1.0.",
        ),
    ] = "text",
) -> None:
    """Check cards as an import would, and store nothing; exit code 1 if any is not valid.

    Each problem names the field as the file has it, with line and column.
    """
    from service.ingest.places import placed  # noqa: PLC0415 - importing starts faster

    settings = settings_of(store=store)
    reads_documents(context, settings)
    run = ImportRun("Checking", quiet=quiet, form=form, own=form != "text")
    with run, opened(settings, read_only=True) as engine, gated(0) as gate:
        choice = Choice(tuple(only or ()), tuple(ignore or ()), hidden)
        read = run.documents(paths, None, choice)
        outcomes = run.shown(placed(ingest(read, engine, gate, dry_run=True)))
        found = [o for o in outcomes if form != "text" and (o.problems or o.warnings)]
    findings.write(run.those_that_count(found), run.tally, form)
    try:
        run.finish()
    finally:
        then(form, *_after(run.tally, paths, dry_run=True))


def _begun(begun: str) -> list[str]:
    """Return the questions whose names begin so, for the completion of a shell."""
    from service.queries import catalog  # noqa: PLC0415

    return [name for name in catalog.named_queries() if name.startswith(begun)]


_Question = Annotated[
    str | None,
    typer.Argument(help="Name of a question; none lists them.", autocompletion=_begun),
]


def query(
    name: _Question = None,
    param: Annotated[list[str] | None, typer.Option(help="A parameter, as name=value.")] = None,
    store: StoreOption = None,
    form: Annotated[
        Literal["csv", "json", "jsonl", "text"], typer.Option("--format", help="How to print it.")
    ] = "csv",
) -> None:
    """Run a named question and print its rows as CSV."""
    from service.queries import catalog, lists  # noqa: PLC0415

    if name is None:
        questions(form)
        return
    arguments = dict(_pair(p) for p in param or [])
    with opened(settings_of(store=store), read_only=True) as engine:
        rows = [
            {k: lists.value(v) for k, v in row.items()}
            for row in catalog.run(catalog.named_query(name), arguments, engine)
        ]
    if form == "text":
        out.print(grid(rows))
    else:
        documents(rows, form)


def export(
    file: Annotated[Path, typer.Argument(help="Where to write; - is stdout.")] = _STDIO,
    store: StoreOption = None,
) -> None:
    """Write the whole graph as N-Quads, which `evalgap load` reads."""
    with opened(settings_of(store=store), read_only=True) as engine:
        if file == _STDIO:
            for chunk in engine.dump():
                sys.stdout.buffer.write(chunk)
        else:
            with file.open("wb") as stream:
                stream.writelines(engine.dump())


def load(
    file: Annotated[Path, typer.Argument(help="What export wrote; - reads stdin.")],
    store: StoreOption = None,
    form: TextJson = "text",
) -> None:
    """Fill an empty store or server with an export, as it is: the shapes do not judge it again."""
    from service.linked_data import dump  # noqa: PLC0415

    settings = settings_of(store=store)
    if file != _STDIO and not file.is_file():
        fail(f"There is no file {file}.")
    data = sys.stdin.buffer.read() if file == _STDIO else file.read_bytes()
    with closing(open_engine(settings)) as engine, logged(settings, engine, "load", file) as write:
        count = dump.load(engine, data)
        write.note(differences({}, sizes(engine)))
    said(form, f"{plural(count, 'statement is', 'statements are')} loaded", statements=count)
    then(form, "serve")


def backup(
    folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")],
    store: StoreOption = None,
    form: TextJson = "text",
) -> None:
    """Copy the store to a folder, consistently, also while a server has it open."""
    settings = settings_of(store=store)
    if settings.store is None or not settings.store.exists():
        fail(f"There is no store at {settings.store}.")
    copy_beside_a_writer(settings.store, folder)
    words = f"{settings.store} is copied to {folder}"
    said(form, words, store=str(settings.store), folder=str(folder))


def restore(
    folder: Annotated[Path, typer.Argument(help="A folder that backup made.")],
    store: StoreOption = None,
    form: TextJson = "text",
) -> None:
    """Make a store from a backup, where there is none yet."""
    settings = settings_of(store=store)
    if not (folder / "CURRENT").exists():
        fail(f"{folder} is no backup of a store.")
    if settings.store is None or settings.store.exists():
        fail(f"There is a store at {settings.store} already. Move it away first.")
    shutil.copytree(folder, settings.store)
    with (
        closing(open_store(settings.store)) as engine,
        logged(settings, engine, "restore", folder) as write,
    ):
        write.note(differences({}, sizes(engine)))
    words = f"{settings.store} holds what {folder} holds"
    said(form, words, store=str(settings.store), folder=str(folder))
    then(form, "serve")


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        fail(f"--param needs name=value, not {text!r}.")
    return name, value


_COMMANDS: Mapping[str, Sequence[Callable[..., Any]]] = {
    "Ask": (
        cli_search.search, list_, cli_cards.show, query, cli_analysis.fit, cli_claim.claim,
        cli_analysis.risk, cli_analysis.evidence, cli_analysis.coverage, cli_stats.stats,
    ),
    "Import": (validate, import_, cli_cards.template, cli_cards.match),
    "Measure and plan": (cli_measure.measure, cli_decompose.decompose, cli_perturb.perturb),
    "Publish": (
        cli_publish.publish, cli_withdraw.withdraw, cli_withdraw.reinstate, cli_merge.merge,
        cli_merge.split,
    ),
    "Run": (
        serve, cli_mcp.mcp, cli_access.log, backup, restore, export, load, cli_upgrade.upgrade,
    ),
}  # fmt: skip
"""The commands under the headings of the help."""
_GROUPS = {
    "Import": {
        "set-aside": cli_set_aside.app, "imports": cli_imports.app, "sources": cli_sources.app,
    },
    "Measure and plan": {"plan": cli_plan.app},
    "Publish": {"proposals": cli_proposals.app},
    "Run": {"token": cli_access.tokens},
}  # fmt: skip
"""The commands that have others below them, under the same headings."""

for _heading, _commands in _COMMANDS.items():
    for _command in _commands:
        app.command(
            _command.__name__.strip("_"), rich_help_panel=_heading, context_settings=OLD_OPTIONS
        )(_command)
    for _name, _group in _GROUPS.get(_heading, {}).items():
        app.add_typer(_group, name=_name, rich_help_panel=_heading)
