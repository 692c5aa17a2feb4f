"""`evalgap set-aside list | show | retry | export | forget`: what could not be stored, and why."""

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from loaders.contract import RecordProblem
from loaders.reading.files import printable
from service.cli.console import ImportRun, err
from service.cli.printed import Lines, TextJson, document, documents, said, then
from service.cli.shared import (
    Quiet,
    StoreOption,
    fail,
    reads_documents,
    settings_of,
    storing,
)
from service.common.digits import plural
from service.common.settings import Settings
from service.ingest.pipeline import ingest
from service.ingest.report import UNRECOGNISED
from service.ingest.set_aside import SetAside, SetAsideEntry, again, noted

app = typer.Typer(no_args_is_help=True, help="What was set aside by imports, and why.")
Ids = Annotated[list[str] | None, typer.Argument(help="Ids from the list; none means all.")]
SomeIds = Annotated[list[str], typer.Argument(help="Ids from the list.")]


def kept_in(settings: Settings) -> SetAside:
    """Open the set-aside records that belong to the store of these settings."""
    return SetAside(settings.set_aside_file, settings.max_set_aside_bytes)


@app.command("list")
def list_(
    store: StoreOption = None,
    form: Lines = "text",
    whole: Annotated[bool, typer.Option("--all", help="Every record, a line each.")] = False,
) -> None:
    """List what is set aside by reason and format, with some records of each; --all lists all."""
    with kept_in(settings_of(store=store)) as kept:
        entries = kept.entries()
        if form != "text" or whole:
            documents((entry.document() for entry in entries), form, map(_line, entries))
            return
        groups: dict[tuple[str, str], list[SetAsideEntry]] = {}
        for entry in entries:
            reason = _WHERE.sub("", _reason(entry).message)
            groups.setdefault((entry.format, reason), []).append(entry)
    for (known, reason), found in sorted(groups.items(), key=lambda group: -len(group[1])):
        sys.stdout.write(f"{len(found):,}  {known or UNRECOGNISED}: {printable(reason)}\n")
        for entry in found[:_SHOWN]:
            sys.stdout.write(f"    {_line(entry, reason=False)}\n")
        if len(found) > _SHOWN:
            sys.stdout.write(f"    and {len(found) - _SHOWN:,} more (--all)\n")
        then(form, f"set-aside show {found[0].id}")


_WHERE = re.compile(r" at line \d.*", re.DOTALL)
"""Where in a file a text breaks off: the same reason for all of them."""
_SHOWN = 3
"""How many records are listed for each reason."""


@app.command()
def show(
    ids: SomeIds,
    store: StoreOption = None,
    content: Annotated[bool, typer.Option("--content", help="Only its bytes, to stdout.")] = False,
    form: Lines = "text",
) -> None:
    """Show all that is known of records that are set aside, or their bytes."""
    with kept_in(settings_of(store=store)) as kept:
        entries = kept.entries(ids)
        if not content and form != "text":
            documents((entry.document() for entry in entries), form)
            return
        for entry in entries:
            if not content:
                document(entry.document())
                continue
            data = kept.data(entry)
            if data is None:
                fail(f"{entry.id}: its {entry.size:,} bytes were not kept. See {entry.source}")
            sys.stdout.buffer.write(data)


@app.command()
def retry(
    context: typer.Context,
    ids: Ids = None,
    store: StoreOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, store nothing.")] = False,
    replacing: Annotated[
        bool, typer.Option("--replace", help="A file of a stored name is that card, by any title.")
    ] = False,
    quiet: Quiet = False,
    form: TextJson = "text",
) -> None:
    """Import set-aside records again, from the bytes that were kept; what goes in is cleared.

    For after an update of the formats or shapes, or once a card that others name has come. To
    mend a record, mend its file and import that.
    """
    settings = settings_of(store=store)
    reads_documents(context, settings)
    run = ImportRun("Trying again", quiet=quiet, form=form)
    with (
        run,
        kept_in(settings) as kept,
        storing(settings, "retry of set aside", dry_run=dry_run) as (engine, gate, write),
    ):
        entries = list(kept.entries(ids or []))
        found = run.until(again(entries, kept))
        outcomes = ingest(found, engine, gate, dry_run=dry_run, write=write, replacing=replacing)
        for _ in run.shown(outcomes if dry_run else noted(outcomes, kept)):
            pass
        for entry in entries:
            if not entry.kept:
                line = f"{entry.id}: its bytes were not kept; import {entry.source}"
                err.print(line, markup=False, highlight=False)
    try:
        run.finish()
    finally:
        then(form, "set-aside list" if run.tally.states["set aside"] else "imports list")


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="A folder that is empty or not there yet.")],
    ids: Ids = None,
    store: StoreOption = None,
    form: TextJson = "text",
) -> None:
    """Write the records to a folder as they came, and reasons.csv with the reason of each."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        fail(f"{folder} is not an empty folder.")
    from service.common.csv_tables import csv_text  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    with kept_in(settings_of(store=store)) as kept:
        rows = [row for entry in kept.entries(ids or []) for row in _exported(entry, kept, folder)]
    (folder / "reasons.csv").write_text(csv_text(rows), "utf-8", newline="")
    number = len({row["id"] for row in rows})
    words = f"{folder} holds {plural(number, 'record', 'records')} and reasons.csv"
    said(form, words, folder=str(folder), records=number)


@app.command()
def forget(ids: SomeIds, store: StoreOption = None, form: TextJson = "text") -> None:
    """Remove set-aside records for good."""
    with kept_in(settings_of(store=store)) as kept:
        entries = list(kept.entries(ids))
        kept.forget(entries)
    said(form, f"{len(entries)} removed", removed=len(entries))


def _exported(entry: SetAsideEntry, kept: SetAside, folder: Path) -> list[dict[str, object]]:
    data = kept.data(entry)
    # the name that a source gave may say ../../etc/passwd, so only letters of it are used
    name = f"{entry.id}-{re.sub(r'[^A-Za-z0-9._-]+', '_', entry.source)[-80:].lstrip('.')}"
    if data is not None:
        (folder / name).write_bytes(data)
    said = entry.document()
    about = {
        key: said[key] for key in ("id", "source", "place", "bytes", "sha256", "first", "last")
    }
    file = {"file": name if data is not None else None}
    return [{**about, **file, **vars(problem)} for problem in entry.problems]


def _reason(entry: SetAsideEntry) -> RecordProblem:
    return entry.problems[0] if entry.problems else RecordProblem("no reason is known")


def _line(entry: SetAsideEntry, *, reason: bool = True) -> str:
    where = f"{entry.source}, {entry.place}" if entry.place else entry.source
    why = f": {replace(_reason(entry), mend='').sentence()}" if reason else ""
    return printable(f"{entry.id}  {where}{why}")
