"""Logs as a request sends them: which files are one log, in which order, and what is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loaders.logs import LogError, LogFile
from loaders.logs.files import NamedLog, grouped, named_log, named_with
from loaders.logs.read import read_log
from service.common.problems import BadParameter, BadRequest
from service.common.trees import tree
from service.measurement.measure import measure
from service.measurement.request import RungLog, options_of
from service.measurement.result import GapMeasurement
from service.measurement.written.registry import written

SMALLER = "Measure larger logs with evalgap measure, which reads them from the disk."
"""What to do about logs that are too large for a request."""


@dataclass(frozen=True)
class SentLogs:
    """Files by name as they were sent, which of them are conditions, options, and `about`.

    `rungs` name the conditions in their order, each as `[RUNG=]FILE[#CHOICE]`; without any, every
    log is one, in the order of the files.
    """

    files: tuple[tuple[str, bytes], ...]
    rungs: tuple[str, ...]
    options: Mapping[str, Any]
    about: bytes = b""


@dataclass(frozen=True)
class SentMeasurement:
    """What came of logs that were sent, and what a gap record would be about."""

    found: GapMeasurement
    about: Mapping[str, Any]


def work(sent: SentLogs, most_resamples: int) -> SentMeasurement:
    """Measure logs as they were sent; a piece of work for a process that may die.

    Raises as `measure` does, and `BadRequest` for files that are no logs.
    """
    options = options_of(sent.options)
    if options.resamples > most_resamples:
        raise BadParameter(
            f"resamples is at most {most_resamples:,} here; evalgap measure takes more.",
            parameter="resamples",
        )
    about = tree(sent.about, "about") if sent.about else {}
    try:
        return SentMeasurement(measure(_logs(sent), options), about)
    except LogError as error:
        raise BadRequest(str(error)) from error


def write(made: SentMeasurement, form: str) -> str:
    """Return a measurement in a form; also a piece of work. Raises as `written` does."""
    return written(made.found, form, made.about)


def _logs(sent: SentLogs) -> list[RungLog]:
    files = [LogFile.of(name, data) for name, data in sent.files]
    names = [file.name for file in files]
    if not files:
        raise BadRequest("There are no logs. Send each file of a log as a part called log.")
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise BadRequest(f"Two files are called {twice}. Give one of them another name.")
    logs = grouped(files)
    if not sent.rungs:
        return [RungLog(read_log(log)) for log in logs]
    given = [named_log(words, names.__contains__) for words in sent.rungs]
    return [
        RungLog(read_log(_files(named, logs), named.choice), named.rung, named.score)
        for named in given
    ]


def _files(named: NamedLog, logs: Sequence[tuple[LogFile, ...]]) -> Sequence[LogFile]:
    """Return the files of a log by the name of one."""
    for log in logs:
        names = [file.name for file in log]
        if named.path in names:
            kept = named_with(named.path, names)
            return [file for file in log if file.name in kept]
    sent = ", ".join(file.name for log in logs for file in log)
    raise BadRequest(f"No file is called {named.path!r}. These were sent: {sent}.")
