"""Imports that run while the client waits for nothing: one after the other, in a thread.

A job is a folder: the upload, what is known of the job, and one line of JSON per outcome. So a
report of any size needs no memory, and a service that was stopped in the middle goes on where
it was: what is stored already is passed over, because storing it again changes nothing.
"""

import json
import logging
import shutil
from collections import deque
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Condition, Event, Thread
from typing import Annotated, Any, Literal, get_type_hints
from uuid import uuid4

from loaders.contract import Document, Rejected
from loaders.reading.no_card import EVERYTHING, Choice
from service.access import Caller, Ending, Intent, WriteLog
from service.common.fair_lock import FairLock
from service.common.json_types import Fields
from service.common.os_words import os_words
from service.common.problems import Conflict, NotFound, Problem
from service.ingest import written
from service.ingest.pipeline import ingest
from service.ingest.places import placed
from service.ingest.report import ImportReport, ImportSumsBySource, Outcome
from service.ingest.set_aside import SetAside
from service.ingest.uploads import Uploads
from service.store.faults import fault
from service.store.port import Engine
from service.validation.gate import Gate

State = Literal["waiting", "running", "done", "failed in part", "cancelled", "failed"]
"""An import has failed in part where an archive in it could not be read to its end."""
ENDED = frozenset({"done", "failed in part", "cancelled", "failed"})
_ENDED_BY_ITSELF = ENDED - {"cancelled"}
KEPT = 50
"""How many ended jobs are kept; the oldest go first."""
_UNFORESEEN = "The service met an error it did not foresee; it is logged."
_LOG = logging.getLogger(__name__)


@dataclass
class ImportJob:
    """One import: where it stands, and the running sums of its outcomes.

    `size` is the upload's, in bytes; `files` counts what it holds, `read` those read so far, and
    `seen` the documents in them that have been dealt with. `write` is its entry in the log of
    writes; a dry run has none.
    """

    id: str
    name: str
    size: int
    dry_run: bool
    created: str
    state: State = "waiting"
    started: str | None = None
    ended: str | None = None
    files: int | None = None
    read: int = 0
    seen: int = 0
    error: str | None = None
    write: str | None = None
    cancelled_by: str | None = None
    replacing: bool = False
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    hidden: bool = False
    tally: ImportReport = field(default_factory=ImportReport)

    def document(self) -> dict[str, Any]:
        """Return the job as JSON values; `eta_seconds` is a guess from the files read so far."""
        own = {k: v for k, v in vars(self).items() if k != "tally"}
        return {**own, "eta_seconds": self._eta(), **self.tally.document()}

    def _eta(self) -> float | None:
        if self.state != "running" or not self.started or not self.read or not self.files:
            return None
        elapsed = (datetime.now(UTC) - datetime.fromisoformat(self.started)).total_seconds()
        return round(elapsed * max(self.files - self.read, 0) / self.read, 1)


JOB_FIELDS = tuple(each.name for each in fields(ImportJob) if each.name != "tally")
JOB_KEYS = {"eta_seconds": float | None, **get_type_hints(ImportSumsBySource)}
"""What `ImportJob.document` has beside the fields."""
ImportJobReport = Annotated[
    dict[str, Any], Fields("ImportJobReport", ImportJob, JOB_FIELDS, **JOB_KEYS)
]
"""What `ImportJob.document` returns."""


@dataclass(frozen=True)
class ImportContext:
    """What a job needs: the store, the gate, leave to write, the log, a place for set-aside."""

    engine: Engine
    gate: Gate
    writing: FairLock
    log: WriteLog
    set_aside: Path
    max_set_aside_bytes: int
    apart: bool = True
    """Whether uploads are read in a process of their own; not in tests."""


class ImportJobs:
    """The imports of one service, in a folder of their own; the newest `KEPT` stay readable."""

    def __init__(self, folder: Path, context: ImportContext) -> None:
        """Take up what an earlier run of the service left undone."""
        self._folder, self._context = folder, context
        self._uploads = Uploads(folder, apart=context.apart)
        self._jobs: dict[str, ImportJob] = {}
        self._queue: deque[str] = deque()
        self._cancelled: dict[str, Event] = {}
        self._turn = Condition()
        self._closing = Event()
        self._thread: Thread | None = None
        for path in sorted(folder.glob("*/job.json")):
            self._remember(_loaded(path))
        self._prune()

    def create(self) -> tuple[str, Path]:
        """Return a new job's id and the file to write its upload to; `start` begins it."""
        ident = uuid4().hex
        folder = self._folder / ident
        # uploads are for nobody else on this machine
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir()
        return ident, folder / "upload"

    def start(  # noqa: PLR0913 - what a caller may choose
        self,
        ident: str,
        name: str,
        by: Caller,
        *,
        dry_run: bool,
        replacing: bool = False,
        choice: Choice = EVERYTHING,
    ) -> ImportJob:
        """Queue the job whose upload is complete. Raises `FileUnusable` where it is not logged."""
        size = (self._folder / ident / "upload").stat().st_size
        job = ImportJob(
            ident,
            name,
            size,
            dry_run,
            _now(),
            replacing=replacing,
            only=choice.only,
            ignore=choice.ignore,
            hidden=choice.hidden,
        )
        if not dry_run:
            job.write = self._context.log.begin(Intent(by, "import", name)).id
        self._save(job)
        self._remember(job)
        self._prune()
        return job

    def discard(self, ident: str) -> None:
        """Forget an upload that broke off."""
        shutil.rmtree(self._folder / ident, ignore_errors=True)

    def all(self) -> list[ImportJob]:
        """Return every job that is kept, the newest first."""
        return sorted(self._jobs.values(), key=lambda j: j.created, reverse=True)

    def get(self, ident: str) -> ImportJob:
        """Return a job. Raises `NotFound`."""
        if ident not in self._jobs:
            raise NotFound(f"There is no import {ident!r} here; the last {KEPT} are kept.")
        return self._jobs[ident]

    def outcomes(self, ident: str) -> Iterator[dict[str, Any]]:
        """Yield the outcomes of a job so far, one at a time. Raises `NotFound`."""
        self.get(ident)
        path = self._folder / ident / "outcomes.jsonl"
        if path.exists():
            with path.open(encoding="utf-8") as lines:
                yield from (json.loads(line) for line in lines if line.endswith("\n"))

    def cancel(self, ident: str, by: str) -> ImportJob:
        """Ask a job to end; what is under way is still stored whole.

        Raises `NotFound`, and `Conflict` for one that has ended by itself.
        """
        job = self.get(ident)
        if job.state in _ENDED_BY_ITSELF:
            raise Conflict(
                f"The import {ident} has ended ({job.state}), so there is nothing to cancel. To "
                f"take back what it stored, POST to /api/v1/imports/{ident}/undo.",
                state=job.state,
            )
        job.cancelled_by = by
        self._cancelled[ident].set()
        with self._turn:
            if ident in self._queue:
                self._queue.remove(ident)
                self._end(job, "cancelled")
        return job

    def stored_as(self, ident: str) -> str:
        """Return the write that a job stored its records with; any other id as it is.

        Raises `Conflict` for a job that goes on, and for a dry run.
        """
        job = self._jobs.get(ident)
        if job is None:
            return ident
        if job.state not in ENDED:
            raise Conflict(f"The import {ident} is still under way. Cancel it, or wait.")
        if job.write is None:
            raise Conflict(f"The import {ident} was a dry run: it has stored nothing.")
        return job.write

    def under_way(self) -> list[str]:
        """Return the writes of the jobs that go on."""
        return [j.write for j in self._jobs.values() if j.write and j.state not in ENDED]

    def close(self) -> None:
        """Stop after the batch under way; jobs that have not ended go on at the next start."""
        self._closing.set()
        with self._turn:
            self._turn.notify_all()
        self._uploads.close()  # so that what takes long ends here
        if self._thread is not None:
            self._thread.join()

    def remove(self) -> None:
        """Remove every trace; for a store in memory, whose imports end with it."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _remember(self, job: ImportJob) -> None:
        self._jobs[job.id] = job
        self._cancelled[job.id] = Event()
        if job.state in ENDED:
            return
        with self._turn:
            self._queue.append(job.id)
            self._turn.notify()
        if self._thread is None:
            self._thread = Thread(target=self._work, name="imports", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            with self._turn:
                self._turn.wait_for(lambda: self._queue or self._closing.is_set())
                if self._closing.is_set():
                    return
                job = self._jobs[self._queue.popleft()]
            self._run(job)
            if not self._closing.is_set():
                self._context.engine.tidy()

    def _run(self, job: ImportJob) -> None:
        job.state, job.started, job.seen, job.read, job.tally = (
            "running",
            _now(),
            0,
            0,
            ImportReport(),
        )
        try:
            self._save(job)
            self._import(job)
        except Exception as error:  # noqa: BLE001 - else the thread ends, and with it every import
            problem = error if isinstance(error, Problem) else fault(error, self._folder)
            said = os_words(error) if isinstance(error, OSError) else _UNFORESEEN
            job.error = problem.detail if problem else said
            _LOG.exception("import %s failed", job.id)
            self._end(job, "failed")
            return
        if self._closing.is_set() and not self._cancelled[job.id].is_set():
            job.state = "waiting"
            self._save(job)
        else:
            ended: State = "failed in part" if job.tally.cut_off else "done"
            self._end(job, "cancelled" if self._cancelled[job.id].is_set() else ended)

    def _import(self, job: ImportJob) -> None:
        shop = self._context
        with (
            SetAside(shop.set_aside, shop.max_set_aside_bytes) as kept,
            (self._folder / job.id / "outcomes.jsonl").open("w", encoding="utf-8") as lines,
            nullcontext() if job.dry_run else shop.writing.long(),
        ):
            write = shop.log.find(job.write) if job.write else None
            turn = None if job.dry_run else shop.writing
            documents = self._documents(job)
            found = ingest(
                documents,
                shop.engine,
                shop.gate,
                dry_run=job.dry_run,
                write=write,
                turn=turn,
                replacing=job.replacing,
            )
            for outcome in placed(found):
                lines.write(json.dumps(outcome.document(), ensure_ascii=False) + "\n")
                self._note(job, outcome, None if job.dry_run else kept)

    def _note(self, job: ImportJob, outcome: Outcome, kept: SetAside | None) -> None:
        job.tally.add(outcome)
        job.seen += 1
        if kept is not None:
            kept.note(outcome)

    def _documents(self, job: ImportJob) -> Iterator[Document | Rejected]:
        upload = self._folder / job.id / "upload"
        job.files = self._uploads.count(upload)

        def note(files: int) -> None:
            job.read = files

        choice = Choice(tuple(job.only), tuple(job.ignore), job.hidden)
        stops = partial(self._stops, job)
        yield from self._uploads.documents(upload, job.name, note, stops, choice)

    def _stops(self, job: ImportJob) -> bool:
        return self._cancelled[job.id].is_set() or self._closing.is_set()

    def _end(self, job: ImportJob, state: State) -> None:
        """Note how a job ended; where that cannot be written, the next start runs it again."""
        try:
            if job.write is not None:  # first, so that the log has it once the end is visible
                self._note_end(job, job.write, state)
            job.state, job.ended = state, _now()
            self._save(job)
            (self._folder / job.id / "upload").unlink(missing_ok=True)
        except (Problem, OSError):
            job.state, job.ended = state, _now()
            _LOG.exception("the end of import %s could not be written", job.id)

    def _note_end(self, job: ImportJob, write: str, state: State) -> None:
        shop = self._context
        said = ", ".join(f"{number} {what}" for what, number in job.tally.states.items())
        outcome: Ending | None = None
        if state == "cancelled":
            outcome, said = "cancelled", f"by {job.cancelled_by}; {said or 'nothing was read'}"
        elif state == "failed":
            outcome, said = "failed", job.error or ""
        elif job.tally.cut_off:
            said = f"failed in part: {'; '.join(job.tally.cut_off.values())} {said}"
        shop.log.end(write, outcome, said, written.made(shop.engine, write))

    def _save(self, job: ImportJob) -> None:
        """Write what is known of a job, whole or not at all."""
        path = self._folder / job.id / "job.json"
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(job.document()), encoding="utf-8")
        fresh.replace(path)

    def _prune(self) -> None:
        ended = [j for j in self.all() if j.state in ENDED]
        for job in ended[KEPT:]:
            self._jobs.pop(job.id, None)  # another request may have been quicker
            self._cancelled.pop(job.id, None)
            self.discard(job.id)


def _loaded(path: Path) -> ImportJob:
    found = json.loads(path.read_text(encoding="utf-8"))
    own = {
        f.name: found[f.name] for f in fields(ImportJob) if f.name != "tally" and f.name in found
    }
    return ImportJob(**own, tally=ImportReport.of(found))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
