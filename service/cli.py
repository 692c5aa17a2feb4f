"""The command line: `evalgap serve | import | validate | query | decompose | export`.

Exit codes: 0 all well, 1 something was found wrong with the input, 2 the command itself was
called wrongly or could not run.
"""

import json
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from service.config import Settings
from service.engines.base import Engine
from service.engines.choose import open_engine
from service.engines.embedded import open_store
from service.gate import Gate, collect_rarely
from service.problems import AddressInUse, Problem
from service.terminal import err, finish, judged, out

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False
)
StoreOption = Annotated[
    str | None,
    typer.Option("--store", help="Folder or server URL. [default: .evalgap/store]"),
]
Paths = Annotated[list[Path], typer.Argument(help="Files, folders or archives; - reads stdin.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only what is wrong.")]


def main() -> None:
    """Run the command line; a known problem is one plain sentence and exit code 2."""
    try:
        app()
    except Problem as problem:
        err.print(f"evalgap: {problem.detail}", markup=False, highlight=False)
        sys.exit(2)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    store: StoreOption = None,
    gate: Annotated[str, typer.Option(help="on, or off for a plain store without SHACL.")] = "on",
) -> None:
    """Serve the graph over HTTP; EVALGAP_TOKEN allows writes."""
    import uvicorn  # noqa: PLC0415 - the other commands start faster without it

    from service.app import create_app  # noqa: PLC0415

    if gate not in {"on", "off"}:
        _fail(f"--gate is on or off, not {gate!r}.")
    settings = _settings(host=host, port=port, store=store, gate=False if gate == "off" else None)
    _check_free(settings)
    application = create_app(settings, tell=lambda words: err.print(f"{words} …"))
    err.print(f"EvalGap is at http://{settings.host}:{settings.port}")
    uvicorn.run(application, host=settings.host, port=settings.port, log_level="warning")


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


@app.command("import")
def import_(  # noqa: PLR0913, PLR0917 - one parameter for each option
    paths: Paths,
    store: StoreOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, store nothing.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write every outcome to a JSON file.")] = None,
    stock: Annotated[bool, typer.Option("--stock", help="Use pySHACL as it comes: slow.")] = False,
    quiet: Quiet = False,
) -> None:
    """Store cards in any known format; exit code 1 if any was set aside."""
    settings = _settings(store=store)
    collect_rarely()
    with _gate(2, stock=stock) as gate, _opened(settings) as engine:
        outcomes = list(judged(paths, engine, gate, dry_run=dry_run, quiet=quiet))
    if report:
        report.write_text(json.dumps([o.document() for o in outcomes], indent=1), "utf-8")
    finish(outcomes)


@app.command()
def validate(paths: Paths, store: StoreOption = None, quiet: Quiet = False) -> None:
    """Check cards as an import would, and store nothing; exit code 1 if any is not valid."""
    settings = _settings(store=store)
    with _opened(settings, read_only=True) as engine, _gate(0) as gate:
        finish(list(judged(paths, engine, gate, dry_run=True, quiet=quiet)))


@app.command()
def query(
    name: Annotated[str | None, typer.Argument(help="Name of a question; none lists them.")] = None,
    param: Annotated[list[str] | None, typer.Option(help="A parameter, as name=value.")] = None,
    store: StoreOption = None,
) -> None:
    """Run a named question and print its rows as CSV."""
    from service import catalog, repository  # noqa: PLC0415
    from service.routes.answers import csv_text  # noqa: PLC0415

    if name is None:
        for asked in catalog.questions().values():
            flags = " ".join(f"--param {p.name}={p.example}" for p in asked.params.values())
            out.print(f"[b]{asked.name}[/b] {flags}\n  {asked.question}")
        return
    arguments = dict(_pair(p) for p in param or [])
    with _opened(_settings(store=store), read_only=True) as engine:
        rows = [
            {k: repository.value(v) for k, v in row.items()}
            for row in catalog.run(catalog.question(name), arguments, engine)
        ]
    sys.stdout.write(csv_text(rows, list(dict.fromkeys(k for row in rows for k in row))))


@app.command()
def decompose(
    file: Annotated[Path, typer.Argument(help="CSV with rung, item, cluster and score.")],
    rungs: Annotated[str | None, typer.Option(help="Rungs in order, joined by commas.")] = None,
    resamples: Annotated[int, typer.Option(help="Bootstrap resamples.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Seed of the resampling.")] = 1,
) -> None:
    """Take a gap apart from item results, and print the numbers as JSON."""
    from service.analysis.items import read_items  # noqa: PLC0415
    from service.analysis.ladder import climb  # noqa: PLC0415

    order = rungs.split(",") if rungs else []
    ladder = climb(read_items(file), order, resamples=resamples, seed=seed)
    sys.stdout.write(json.dumps(asdict(ladder), indent=1) + "\n")


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write; nothing = stdout.")] = None,
    store: StoreOption = None,
) -> None:
    """Write the whole graph as N-Quads."""
    with _opened(_settings(store=store), read_only=True) as engine:
        if file is None:
            for chunk in engine.dump():
                sys.stdout.buffer.write(chunk)
        else:
            with file.open("wb") as stream:
                stream.writelines(engine.dump())


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")],
    store: StoreOption = None,
) -> None:
    """Copy the store to a folder, consistently, also while a server has it open."""
    settings = _settings(store=store)
    if settings.store is None or not settings.store.exists():
        _fail(f"There is no store at {settings.store}.")
    engine = open_store(settings.store, read_only=True)
    engine.backup(folder)
    engine.close()
    out.print(f"{settings.store} is copied to {folder}")


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="A folder that backup made.")],
    store: StoreOption = None,
) -> None:
    """Make a store from a backup, where there is none yet."""
    settings = _settings(store=store)
    if not (folder / "CURRENT").exists():
        _fail(f"{folder} is no backup of a store.")
    if settings.store is None or settings.store.exists():
        _fail(f"There is a store at {settings.store} already. Move it away first.")
    shutil.copytree(folder, settings.store)
    open_store(settings.store).close()
    out.print(f"{settings.store} holds what {folder} holds")


def _settings(**given: object) -> Settings:
    return Settings(**{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]


@contextmanager
def _opened(settings: Settings, *, read_only: bool = False) -> Iterator[Engine]:
    """Open the store, made and filled if there is none; a reader leaves none behind."""
    from service import bootstrap  # noqa: PLC0415

    there = settings.store_url or (settings.store and settings.store.exists())
    engine = open_engine(settings, read_only=True) if there and read_only else None
    if engine is None:
        engine = open_store(None) if read_only else open_engine(settings)
        with _gate(0) as gate:
            bootstrap.prepare(engine, gate, seed=settings.seed, tell=lambda _: None)
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def _gate(workers: int, *, stock: bool = False) -> Iterator[Gate]:
    gate = Gate(workers, stock=stock)
    try:
        yield gate
    finally:
        gate.close()


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        _fail(f"--param needs name=value, not {text!r}.")
    return name, value


def _fail(sentence: str) -> NoReturn:
    err.print(f"evalgap: {sentence}", markup=False, highlight=False)
    raise typer.Exit(2)
