"""`evalgap upgrade`: a store of an earlier release is brought up to date."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from pydantic_core import to_jsonable_python

from loaders.mapping.iris import BASE
from service.cli.console import err, out
from service.cli.printed import TextJson, document, then
from service.cli.shared import StoreOption, fail, gated, logged, settings_of
from service.common.digits import first_of, plural
from service.common.settings import Settings
from service.ingest.upgrade import UpgradeReport
from service.ingest.upgrade import upgrade as upgraded
from service.ontology import releases
from service.ontology.replaced import readings, replacements
from service.store.exchange import exchange
from service.store.open import open_engine
from service.store.oxigraph.store import open_store
from service.store.port import Engine

_SHOWN = 5
"""Records that are named for each code that a person has to decide on."""


def upgrade(
    store: StoreOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, change nothing.")
    ] = False,
    no_backup: Annotated[
        bool, typer.Option("--no-backup", help="For a server, which keeps backups of its own.")
    ] = False,
    form: TextJson = "text",
) -> None:
    """Bring a store of an earlier release up to date; a copy of it is made beside it first.

    Ontology, shapes and shipped records become those of this program. Records with codes that
    others have replaced get a new version; every version before stays. It works on a copy, which
    takes the place of the store at the end, so a store is as it was or done; run it again if it was
    stopped. The store must not be in use.
    """
    settings = settings_of(store=store)
    if settings.store_url is not None:
        if not (no_backup or dry_run):
            fail("A server keeps its own backups. Make one, then say --no-backup.")
        report = _on_server(settings, dry_run=dry_run)
    else:
        report = _in_folder(settings, _folder(settings), dry_run=dry_run, backup=not no_backup)
    if form == "json":
        document({**to_jsonable_python(report), "dry_run": dry_run})
    else:
        _print(report, dry_run=dry_run)
    then(form, "upgrade" if dry_run else "serve")


def _folder(settings: Settings) -> Path:
    # what is no store would change places with a new one, and its files be removed
    if settings.store is None or not (settings.store / "CURRENT").exists():
        fail(f"There is no store at {settings.store}.")
    folder = settings.store.resolve()  # what a link leads to is the one to replace
    if _is_volume(folder):
        fail(
            f"A volume is mounted at {folder}, so no upgraded store can take its place. Upgrade a "
            "copy of it with --store, then put the files of the copy in the volume."
        )
    return folder


def _is_volume(folder: Path) -> bool:
    """Tell whether something is mounted there, also a folder of the same disk (Linux says so)."""
    mounts = Path("/proc/self/mountinfo")
    points = (
        [line.split()[4] for line in mounts.read_text().splitlines()] if mounts.exists() else []
    )
    return folder.is_mount() or str(folder).replace(" ", "\\040") in points


def _on_server(settings: Settings, *, dry_run: bool) -> UpgradeReport:
    with closing(open_engine(settings)) as engine:
        if not dry_run:
            return _upgraded(settings, engine, dry_run=False)
        with closing(open_store(None)) as copy:
            copy.commit(b"".join(engine.dump()))
            return _upgraded(settings, copy, dry_run=True)


def _in_folder(settings: Settings, folder: Path, *, dry_run: bool, backup: bool) -> UpgradeReport:
    """Upgrade a copy of a store, which then takes its place. Raises `StoreBusy`."""
    with _draft(folder) as draft:
        with closing(open_store(folder)) as engine:  # held, so that nobody writes to it meanwhile
            engine.copy(draft)
            with closing(open_store(draft)) as copy:
                report = _upgraded(settings, copy, dry_run=dry_run)
            if report.changed and not dry_run and backup:
                engine.backup(kept := _free(folder))
                err.print(f"{folder} as it was is kept in {kept}")
        if report.changed and not dry_run:
            exchange(draft, folder)
    return report


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """Yield the name of a folder beside a store that is removed afterwards, whatever it holds."""
    draft = folder.with_name(f"{folder.name}.upgrading")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _free(folder: Path) -> Path:
    """Return a name for the copy of a store that nothing has."""
    name = folder.with_name(f"{folder.name}-before-{releases.current()}")
    return next(p for n in range(1, 1000) if not (p := _numbered(name, n)).exists())


def _numbered(name: Path, number: int) -> Path:
    return name if number == 1 else name.with_name(f"{name.name}-{number}")


def _upgraded(settings: Settings, engine: Engine, *, dry_run: bool) -> UpgradeReport:
    def tell(words: str) -> None:
        err.print(f"{words} …")

    with gated(2) as gate:
        if dry_run:
            return upgraded(engine, gate, seed=settings.seed, tell=tell, write=None)
        with logged(settings, engine, "upgrade", f"to ontology {releases.current()}") as write:
            return upgraded(engine, gate, seed=settings.seed, tell=tell, write=write.entry)


def _print(report: UpgradeReport, *, dry_run: bool) -> None:
    """Print what changed, or would, and what is left to do."""
    if not report.changed:
        out.print(f"The store is up to date: ontology {report.after}, no code to move.")
    else:
        done = "would go" if dry_run else "went"
        out.print(f"The store {done} from ontology {report.before} to {report.after}")
        _count("shipped records in a new version", report.renewed)
        _count("records shipped since", report.added)
        moved = plural(report.moved, "record", "records")
        out.print(f"  {moved} in a new version with the codes of today")
        if report.renamed:
            out.print(
                f"  {plural(report.renamed, 'record', 'records')} of 0.1 under the names of today:"
            )
            out.print(f"    {first_of(report.renamed, _SHOWN)}", soft_wrap=True)
    for code, number in sorted(report.codes.items()):
        out.print(f"    {_short(code)} is {_named(replacements()[code])}: {number}")
    for code in sorted({found.code for found in report.to_recode}):
        names = [found.name for found in report.to_recode if found.code == code]
        out.print(
            f"  {_short(code)} may mean {_named(readings()[code])}; to be decided by a person:"
        )
        out.print(f"    {first_of(names, _SHOWN)}", soft_wrap=True)
    if report.waiting:
        kinds = ", ".join(f"{name} {number}" for name, number in sorted(report.waiting.items()))
        out.print(
            f"  {report.waiting.total()} records of 0.1 keep their names, or get others with the "
            f"next import of their sources, to which the old ones lead: {kinds}"
        )
    for name, why in report.left:
        out.print(f"  {name} keeps its codes: {why}", markup=False)


def _count(what: str, kinds: dict[str, int]) -> None:
    if kinds:
        each = ", ".join(f"{kind} {number}" for kind, number in sorted(kinds.items()))
        out.print(f"  {sum(kinds.values())} {what}: {each}")


def _short(iri: str) -> str:
    return iri.removeprefix(f"{BASE}value/")


def _named(iris: tuple[str, ...]) -> str:
    return ", ".join(iri.rpartition("/")[2] for iri in iris)
