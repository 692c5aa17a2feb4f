"""`evalgap imports list | show | undo`: what imports stored, and how one is taken back."""

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loaders.reading.files import printable
from service.access import LoggedWrite
from service.cli.console import out
from service.cli.shared import StoreOption, gated, logged, opened, settings_of, write_log
from service.common.settings import Settings

if TYPE_CHECKING:
    from service.ingest.stored_imports import StoredImport

app = typer.Typer(no_args_is_help=True, help="What imports have stored; one can be undone.")
Id = Annotated[str, typer.Argument(help="Its id from the list, or how that begins.")]
AsJson = Annotated[bool, typer.Option("--json", help="All of it, as JSON.")]
_RESTING = 1
"""The exit code of a dry run of what cannot be undone."""


@app.command("list")
def list_(store: StoreOption = None, as_json: AsJson = False) -> None:
    """List the imports that stored something, a line each, the newest first.

    Each with its id, when and by whom it was made, how many records it added and revised.
    """
    from service.ingest.stored_imports import stored_imports  # noqa: PLC0415

    settings = settings_of(store=store)
    with opened(settings, read_only=True) as engine:
        found = stored_imports(engine)
    known = _logged(settings) if found else {}
    for each in found:
        said = _said(each, known)
        sys.stdout.write(f"{json.dumps(said) if as_json else printable(_line(said))}\n")


@app.command()
def show(ident: Id, store: StoreOption = None, as_json: AsJson = False) -> None:
    """Show what an import did with each record: added it, or revised which version of it."""
    from service.ingest.stored_imports import imported_records, stored_import  # noqa: PLC0415

    settings = settings_of(store=store)
    with opened(settings, read_only=True) as engine:
        found = stored_import(engine, ident)
        records = [r.document() for r in imported_records(engine, found.id)]
    said = _said(found, _logged(settings))
    if as_json:
        sys.stdout.write(json.dumps({**said, "records": records}, indent=1) + "\n")
        return
    sys.stdout.write(f"{printable(_line(said))}\n")
    for record in records:
        old = f" version {record['replaces']}" if record["replaces"] else ""
        later = f"; {record['later']}" if record["later"] else ""
        line = f"{record['record']}/{record['version']}  {record['state']}{old}{later}"
        sys.stdout.write(f"{printable(line)}\n")


@app.command()
def undo(
    ident: Id,
    store: StoreOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what, store nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Undo an import: what it added goes, what it revised is as before; history stays.

    All of it or nothing. Refused, with their names, where later versions or other records rest on
    what it stored; with --dry-run that ends with exit code 1.
    """
    from service.ingest.undo import undo as undo_import  # noqa: PLC0415
    from service.ingest.undo import undoing  # noqa: PLC0415

    settings = settings_of(store=store)
    if dry_run:
        with opened(settings, read_only=True) as engine:
            found = undoing(engine, ident)
    else:
        with (
            opened(settings) as engine,
            gated(0) as gate,
            logged(settings, engine, "undo of import", ident) as write,
        ):
            found = undo_import(engine, gate, ident, write.entry)
    said = found.document()
    if as_json:
        sys.stdout.write(json.dumps(said, indent=1) + "\n")
    else:
        for name in said["gone"] if dry_run else ():
            sys.stdout.write(f"goes: {printable(name)}\n")
        for each in said["back"] if dry_run else ():
            sys.stdout.write(f"as before: {printable(each['record'])}, version {each['as']}\n")
        for words in said["resting"]:
            sys.stdout.write(f"rests on it: {printable(words)}\n")
        out.print(f"{found.of.id}: {found.sentence()}{' (dry run)' if dry_run else ''}")
    if found.resting:
        raise typer.Exit(_RESTING)


def _logged(settings: Settings) -> Mapping[str, LoggedWrite]:
    return {entry.id: entry for entry in write_log(settings).entries()}


def _said(found: "StoredImport", known: Mapping[str, LoggedWrite]) -> dict[str, Any]:
    """Return an import with what the log of writes knows: who made it, and from what."""
    log = known.get(found.id)
    by = found.token or (log.who if log else None)
    return {**found.document(), "by": by, "about": log.about if log else None}


def _line(said: Mapping[str, Any]) -> str:
    undone = f"undone {said['undone'][:19]}" if said["undone"] else ""
    made = f"{said['new']:,} new, {said['revised']:,} revised"
    words = (said["id"], said["at"][:19], said.get("by") or said["token"], said["operation"])
    return "  ".join(w for w in (*words, said.get("about"), made, undone) if w)
