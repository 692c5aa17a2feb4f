"""What the command line shows of an import: progress, problems, and the tables at its end."""

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from loaders.base import Document, Raw, Rejected
from loaders.files import count, raw_records
from loaders.registry import read
from service.engines.base import Engine
from service.gate import Gate
from service.ingest import ingest
from service.outcome import COVERAGE, Outcome, Tally, coverage_rows
from service.problems import NotFound

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)


def judged(
    paths: Sequence[Path], engine: Engine, gate: Gate, *, dry_run: bool, quiet: bool
) -> Iterator[Outcome]:
    """Yield the outcome of every record under the paths, with a progress bar on a terminal."""
    shown = err.is_terminal and not quiet
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=err, disable=not shown) as progress:
        total = count(p for p in paths if str(p) != "-") if shown else None
        task = progress.add_task("Checking" if dry_run else "Importing", total=total)
        started, tally = time.monotonic(), Tally()
        for outcome in ingest(_documents(paths), engine, gate, dry_run=dry_run):
            tally.add(outcome)
            progress.advance(task)
            _show(outcome, quiet=quiet)
            yield outcome
    if not quiet:
        _summary(tally, time.monotonic() - started)


def _documents(paths: Sequence[Path]) -> Iterator[Document | Rejected]:
    for path in paths:
        if str(path) == "-":
            yield read(Raw("stdin.yaml", sys.stdin.buffer.read()))
        elif not path.exists():
            raise NotFound(f"{path} does not exist.")
        else:
            yield from (r if isinstance(r, Rejected) else read(r) for r in raw_records([path]))


def _show(outcome: Outcome, *, quiet: bool) -> None:
    for problem in outcome.problems:
        err.print(f"{outcome.source}: {problem.sentence()}", markup=False, highlight=False)
    if not quiet:
        for warning in outcome.warnings[:_WARNINGS]:
            line = f"{outcome.source}: warning: {warning.sentence()}"
            err.print(line, markup=False, highlight=False, style="dim")


_WARNINGS = 3
"""How many warnings are printed per record; all of them are in the report."""


def _summary(tally: Tally, seconds: float) -> None:
    states = Table("Outcome", "Records", title="What became of it", title_justify="left")
    for state, number in tally.states.most_common():
        states.add_row(state, str(number))
    cards = tally.records["card"]
    coverage = Table(
        "Dimension", *COVERAGE, title=f"Coverage of {cards} cards", title_justify="left"
    )
    for dimension, counts in coverage_rows(tally.coverage):
        coverage.add_row(dimension, *(str(c) for c in counts))
    out.print(states)
    if cards:
        out.print(coverage)
    total = sum(tally.states.values())
    out.print(f"{total} records in {seconds:.1f} s ({total / max(seconds, 1e-9):.0f} records/s)")


def finish(outcomes: Sequence[Outcome]) -> NoReturn:
    """End the command: exit code 1 if anything was set aside."""
    raise typer.Exit(1 if any(o.state == "set aside" for o in outcomes) else 0)
