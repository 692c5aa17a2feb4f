"""What the command line shows of an import: progress, problems, and the tables at its end."""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, Self, get_args

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from loaders.contract import Document, Raw, RecordProblem, Rejected
from loaders.model import STANDINGS
from loaders.reading.files import count, printable, raw_records, raw_stream
from loaders.reading.no_card import EVERYTHING, Choice
from loaders.registry import documents
from service.common.digits import plural
from service.common.interrupts import Interrupt
from service.common.problems import BadRequest, NotFound
from service.ingest.report import ImportReport, Outcome, State
from service.ingest.set_aside import SetAside

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)
_FOUND_WRONG = 1
"""The exit code of a command that ran, and set records aside."""

Read = tuple[Raw | Rejected, Iterable[Document | Rejected]]
"""A file as it was found, with its documents."""


def read_here(raws: Iterable[Raw | Rejected]) -> Iterator[Read]:
    """Yield files with their documents, which are read one at a time."""
    for raw in raws:
        yield raw, [raw] if isinstance(raw, Rejected) else documents(raw)


class ImportRun:
    """One import or check on the terminal: its input, its progress, and how it ends.

    As a context manager it takes Ctrl-C: the first ends the input, and what is under way is
    still stored whole; the second ends at once.
    """

    def __init__(self, doing: str, *, quiet: bool, form: str = "text", own: bool = False) -> None:
        """Show nothing yet; with `quiet` show only what is wrong. `form` is that of the sums.

        With `own` the command itself prints what was found.
        """
        self._doing, self._quiet, self._form, self._own = doing, quiet, form, own
        self.tally, self._started = ImportReport(), time.monotonic()
        self._stop = Interrupt()
        self._passed_over: list[Outcome] = []
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        shown = err.is_terminal and not quiet
        self._progress = Progress(*columns, TimeRemainingColumn(), console=err, disable=not shown)
        self._task = self._progress.add_task(doing, total=None)

    def __enter__(self) -> Self:
        """Start the progress bar and listen for Ctrl-C."""
        self._stop.__enter__()
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        """End the bar; a second Ctrl-C ends here, since it asks for nothing but the end."""
        self._progress.stop()
        self._stop.__exit__()
        return kind is KeyboardInterrupt

    def documents(
        self,
        paths: Sequence[Path],
        name: str | None = None,
        choice: Choice = EVERYTHING,
        read: Callable[[Iterable[Raw | Rejected]], Iterable[Read]] = read_here,
    ) -> Iterator[Document | Rejected]:
        """Yield every document under the paths; `name` is what to call standard input.

        Files that are not of the `choice` are left out. `read` gives each file with its documents.

        Raises `NotFound` for a path that matches nothing.
        """
        self._started = time.monotonic()  # a new store has been made ready by now
        if not self._progress.disable:
            files = [p for p in paths if str(p) != "-"]
            self._progress.update(self._task, total=_counted(files))
        for _, found in self._stop.until(read(_raws(paths, name, choice))):
            yield from self._stop.until(found)
            self._progress.advance(self._task)

    def until(self, items: Iterable[Document | Rejected]) -> Iterator[Document | Rejected]:
        """Yield documents until Ctrl-C."""
        for item in self._stop.until(items):
            yield item
            self._progress.advance(self._task)

    def shown(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """Show and count outcomes, and pass them on."""
        for outcome in outcomes:
            self.tally.add(outcome)
            if outcome.state != "passed over":
                self._show(outcome)
            elif len(self._passed_over) < _SHOWN:
                self._passed_over.append(outcome)
            yield outcome

    def finish(self, kept: SetAside | None = None) -> NoReturn:
        """Print the tables and end the command.

        The code is 1 if anything was set aside or not read to its end, or there was no card at
        all, and 130 if it was stopped.
        """
        if not self.tally.found:
            for outcome in self._passed_over:
                self._show(outcome)
        self._sum_up()
        if kept is not None and kept.unkept:
            records = plural(kept.unkept, "record", "records")
            _say(
                f"The bytes of {records} set aside were too many to be kept (set "
                "EVALGAP_MAX_SET_ASIDE_BYTES, or run evalgap set-aside forget); their reasons are."
            )
        if self._stop.signum:
            _say(f"Stopped after {_counts(self.tally)}. The same command goes on from there.")
            raise typer.Exit(self._stop.exit_code)
        if self.tally.cut_off:
            _say(f"Failed in part: {'; '.join(self.tally.cut_off)} could not be read to the end.")
        if self._passed_over and not self.tally.found:
            _say("No card was found.")
        wrong = self.tally.states["set aside"] or not self.tally.found
        raise typer.Exit(_FOUND_WRONG if wrong and self.tally.states else 0)

    def those_that_count(self, outcomes: Iterable[Outcome]) -> list[Outcome]:
        """Return outcomes without those of files that are no card, where there is any card."""
        return [o for o in outcomes if o.state != "passed over" or not self.tally.found]

    def _show(self, outcome: Outcome) -> None:
        if not self._own:
            _show(outcome, quiet=self._quiet)

    def _sum_up(self) -> None:
        if self._own:
            return
        if self._form == "json":
            sys.stdout.write(json.dumps(self.tally.document(), indent=1) + "\n")
        elif not self._quiet:
            _summary(self.tally, time.monotonic() - self._started)


@contextmanager
def written(report: Path | None) -> Iterator[Callable[[Outcome], None]]:
    """Give a function that writes outcomes to a JSON file one by one, as a list."""
    if report is None:
        yield lambda _: None
        return
    try:
        file = report.open("w", encoding="utf-8")
    except OSError as error:
        raise BadRequest(f"{report} cannot be written ({error.strerror}).") from error
    with file:
        between = iter([""])

        def write(outcome: Outcome) -> None:
            file.write(next(between, ",\n") + json.dumps(outcome.document(), indent=1))

        file.write("[\n")
        try:
            yield write
        finally:
            file.write("\n]\n")


def _raws(paths: Sequence[Path], name: str | None, choice: Choice) -> Iterator[Raw | Rejected]:
    for path in paths:
        try:
            if str(path) == "-":
                yield from raw_stream(sys.stdin.buffer, name, choice)
            else:
                yield from raw_records([path], choice)
        except FileNotFoundError as error:
            raise NotFound(f"{path} does not exist.") from error


def _counted(paths: Sequence[Path]) -> int | None:
    try:
        return count(paths)
    except FileNotFoundError:
        return None


def _show(outcome: Outcome, *, quiet: bool) -> None:
    for problem in outcome.problems[:_SHOWN]:
        _say(f"{_at(outcome, problem)}: {problem.sentence()}")
    if len(outcome.problems) > _SHOWN:
        _say(f"{outcome.title}: and {len(outcome.problems) - _SHOWN} more (see --report)")
    for change in () if quiet else outcome.changes:
        if change.replaces:
            _say(f"{outcome.title}: {change.sentence()}", "dim")
    for warning in () if quiet else outcome.warnings[:_WARNINGS]:
        _say(f"{_at(outcome, warning)}: warning: {warning.sentence()}", "dim")


def _at(outcome: Outcome, problem: RecordProblem) -> str:
    """Return the source of a problem, with line and column as compilers write them."""
    return f"{outcome.title}:{problem.line}:{problem.column}" if problem.line else outcome.title


_SHOWN = 20
"""How many problems are printed per record."""
_WARNINGS = 3
"""How many warnings are printed per record; all of them are in the report."""


def _say(line: str, style: str | None = None) -> None:
    err.print(printable(line), markup=False, highlight=False, style=style)


def _counts(tally: ImportReport) -> str:
    states = tally.states.most_common()
    return ", ".join(f"{number:,} {state}" for state, number in states) or "no record"


def _summary(tally: ImportReport, seconds: float) -> None:
    out.print(_what_became(tally))
    for line in (*_reasons(tally), *_passed_over(tally), *_fields(tally)):
        out.print(line, markup=False, highlight=False)
    for level in tally.coverage:
        out.print(_coverage(tally, level))
    total = sum(tally.states.values())
    rate = f"{total / max(seconds, 1e-9):.0f} a second"
    out.print(f"{plural(total, 'record', 'records')} in {seconds:.1f} s ({rate})")


def _what_became(tally: ImportReport) -> Table:
    states = [state for state in get_args(State) if tally.states[state]]
    table = Table("Source", "Records", *states, "With warnings")
    table.title, table.title_justify = "What became of it", "left"
    rows = [*tally.sources.items()] + ([("all", tally)] if len(tally.sources) > 1 else [])
    for name, sums in rows:
        counts = (str(sums.states[state]) for state in states)
        table.add_row(name, str(sum(sums.states.values())), *counts, str(sums.warned))
    return table


def _passed_over(tally: ImportReport) -> list[str]:
    """Return one line of what was no card, with the number of each sort."""
    counts = [f"{number:,} {what}" for what, number in tally.passed_over.most_common(_SORTS)]
    more = len(tally.passed_over) - _SORTS
    if more > 0:
        counts.append(f"and {more} more sorts")
    return [f"Passed over, as they hold no card: {printable(', '.join(counts))}"] if counts else []


def _fields(tally: ImportReport) -> Iterator[str]:
    """Yield for each source what became of the fields of its documents."""
    for name, sums in tally.sources.items():
        if sums.fields:
            named = ", ".join(f"{field} {n:,}" for field, n in sums.left_out.most_common(_SORTS))
            left_out = f"{sums.left_out.total():,} left out{f' ({named})' if named else ''}"
            read, kept = sums.fields["read"], sums.fields["kept"]
            words = f"{read:,} read, {kept:,} kept as text, {left_out}"
            yield printable(f"{name}: fields: {words}")


_SORTS = 12
"""How many sorts of files that were passed over are named."""


def _reasons(tally: ImportReport) -> list[str]:
    """Return the most frequent reasons for which each source's records were set aside."""
    return [
        f"{name}: {number:,} set aside: {printable(reason)}"
        for name, sums in tally.sources.items()
        for reason, number in sums.reasons.most_common(_REASONS)
    ]


_REASONS = 3
"""How many reasons are shown for each source."""


def _coverage(tally: ImportReport, level: str) -> Table:
    """Return, per source and dimension, how many cards of a level stand how to the question."""
    found = {n: s.coverage[level] for n, s in tally.sources.items() if level in s.coverage}
    cards = tally.records[level]
    title = f"Coverage, {level.replace('-', ' ')} ({cards:,}): {', '.join(STANDINGS)}"
    dimensions = list(tally.coverage[level])
    table = Table("Dimension", *found, title=title, title_justify="left")
    for dimension in dimensions:
        counts = [rows.get(dimension, Counter()) for rows in found.values()]
        table.add_row(dimension, *(" ".join(f"{c[s]}" for s in STANDINGS) for c in counts))
    return table
