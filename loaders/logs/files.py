"""Which files are one log, and how a user names a log: `[RUNG=]LOG[#CHOICE]`."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from loaders.contract import shorten
from loaders.logs import helm, lm_eval
from loaders.logs.run import LogError, LogFile
from loaders.reading.cleaning import clean

_ROWS = ".jsonl"
EEE_SAMPLES = f"_samples{_ROWS}"
"""How the file of the instances of Every Eval Ever ends, beside `X.json`."""
HELM_FILES = (
    *(helm.SPEC, helm.STATS, helm.STATE),
    *("stats.json", "scenario.json", "instances.json"),
    *("display_predictions.json", "display_requests.json"),
)
"""The files of a HELM run: those that are read, the one that tells the run first, and others."""
MOST_FILES = 10_000
"""How many files a folder may hold."""
CHOICES = ("score", "task", "prompt", "provider", "rung", "perturbation", "split")
"""By what a run of a log can be named after `#`; `score` is what a name alone means."""

_CHOICE = re.compile(rf"(?:^|&)(?P<name>{'|'.join(CHOICES)})=", re.IGNORECASE)
_SEPARATOR = re.compile(r"[/\\]")


def grouped(files: Iterable[LogFile]) -> list[tuple[LogFile, ...]]:
    """Return which of several files belong together, by their names alone, each group a log.

    The results and samples of lm-eval have one time, a run of Every Eval Ever and its instances
    one name, a run of HELM fixed names. A log stands where the first of its files stood, and the
    file that tells what it is stands first in it.
    """
    found: dict[str, list[LogFile]] = {}
    listed = list(files)
    names = {file.name for file in listed}
    for at, file in enumerate(listed):
        found.setdefault(_log(file.name, names) or f"{at} {file.name}", []).append(file)
    return [tuple(sorted(group, key=_order)) for group in found.values()]


def gather(path: Path) -> tuple[LogFile, ...]:
    """Return the files of the log that a path names: one of its files, or the folder of one log.

    Raises `LogError` for a path where nothing is, and a folder of no log or of several.
    """
    name = shorten(clean(path.name or str(path)))
    try:
        if path.is_dir():
            return _in_folder(path, name)
        # what a pipe or a device holds can be read but once
        if not path.is_file():
            raise LogError(f"{name} is no file or folder. Give the log itself.")
        return _beside(path)
    except OSError as error:
        raise LogError(f"{name} cannot be read: {error.strerror}.") from error


def _in_folder(path: Path, name: str) -> tuple[LogFile, ...]:
    logs = grouped(map(LogFile.at, _files(path, name)))
    if not logs:
        raise LogError(f"The folder {name} holds no log. Give a log of Inspect, or another one.")
    if len(logs) > 1:
        first = ", ".join(shorten(clean(log[0].name)) for log in logs[:3])
        raise LogError(
            f"The folder {name} holds {len(logs)} logs ({first}{', …' if len(logs) > 3 else ''}). "  # noqa: PLR2004
            "Name one of its files."
        )
    return logs[0]


def _files(path: Path, name: str) -> Iterator[Path]:
    """Yield the files below a folder that may be of a log, in name order."""
    for number, file in enumerate(sorted(path.rglob("*"))):
        if number >= MOST_FILES:
            raise LogError(f"The folder {name} holds more than {MOST_FILES:,} files. Name a log.")
        below = file.relative_to(path).parts
        hidden = any(part.startswith(".") for part in below)
        if hidden or file.suffix.lower() not in _SUFFIXES or not file.is_file():
            continue
        if file.resolve().is_relative_to(path.resolve()):  # a link may lead anywhere
            yield file


_SUFFIXES = {".eval", ".json", ".jsonl", ".csv", ".tsv", ".parquet"}


def _beside(path: Path) -> tuple[LogFile, ...]:
    """Return the log of a file."""
    names = {p.name for p in path.parent.iterdir()}
    ours = _log(path.name, names)
    if ours is None:
        return (LogFile.at(path),)
    group = sorted(n for n in names if _log(n, names) == ours)
    kept = (LogFile.at(path.parent / n) for n in named_with(path.name, group))
    return tuple(sorted(kept, key=_order))


def named_with(name: str, group: Iterable[str]) -> list[str]:
    """Return the files of a log that are meant by the name of one.

    They are all of them, but of samples that are named no other samples.
    """
    return [n for n in group if n == name or not (name.endswith(_ROWS) and n.endswith(_ROWS))]


def _log(name: str, names: Iterable[str]) -> str | None:
    """Return what the files of one log have in common; None for a file that is one alone."""
    if found := lm_eval.RESULTS.fullmatch(name) or lm_eval.SAMPLES.fullmatch(name):
        return f"lm-eval {found['time']}"
    if name in HELM_FILES:
        return "helm"
    stem = name.removesuffix(EEE_SAMPLES) if name.endswith(EEE_SAMPLES) else name[:-5]
    if {f"{stem}.json", f"{stem}{EEE_SAMPLES}"} <= set(names) and name.endswith(
        (".json", ".jsonl")
    ):
        return f"every-eval-ever {stem}"
    return None


def _order(file: LogFile) -> tuple[int, str]:
    fixed = HELM_FILES.index(file.name) if file.name in HELM_FILES else 0
    return (fixed if not file.name.endswith(_ROWS) else len(HELM_FILES), file.name)


@dataclass(frozen=True)
class NamedLog:
    """A log as a user names it: rung, path or name of the file, which of its runs and scores."""

    path: str
    rung: str | None = None
    score: str | None = None
    choice: Mapping[str, str] | None = None


def named_log(words: str, exists: Callable[[str], bool] = os.path.exists) -> NamedLog:
    r"""Return what `[RUNG=]LOG[#CHOICE]` names; `exists` tells whether a file or folder is there.

    A choice is the name of a score, or `task=`, `prompt=`, `rung=` and others of `CHOICES`, joined
    by `&`. A name of a file may itself hold `=` and `#`: what exists is the file, the longest name
    first. Raises `LogError` for no file and for a choice made twice.

    >>> named_log("lay=C:\\logs\\a.json#task=x&score=acc,none", lambda p: False).rung
    'lay'
    """
    splits = [(words, ""), *reversed([_cut(words, at) for at in _places(words, "#")])]
    for path, choice in splits:
        if exists(path):
            return _named(None, path, choice)
        for at in _places(path, "="):
            rung, rest = _cut(path, at)
            if rung and not _SEPARATOR.search(rung) and exists(rest):
                return _named(rung, rest, choice)
    path, choice = splits[-1]
    rung, equals, rest = path.partition("=")
    if equals and rung and not _SEPARATOR.search(rung):
        return _named(rung, rest, choice)
    return _named(None, path, choice)


def _places(words: str, mark: str) -> list[int]:
    return [at for at, letter in enumerate(words) if letter == mark]


def _cut(words: str, at: int) -> tuple[str, str]:
    return words[:at], words[at + 1 :]


def _named(rung: str | None, path: str, words: str) -> NamedLog:
    if not path:
        raise LogError("A log is named as [CONDITION=]LOG[#SCORE]. Write the name of its file.")
    choice: dict[str, str] = {}
    for name, value in _choices(words):
        if not value or choice.setdefault(name, value) != value:
            raise LogError(
                f"{shorten(clean(path))}#{shorten(clean(words))}: {name} is empty or there twice. "
                "Give it once."
            )
    rung = " ".join(clean(rung or "").split()) or None
    return NamedLog(path, rung, choice.pop("score", None), choice)


def _choices(words: str) -> Iterator[tuple[str, str]]:
    found: Sequence[re.Match[str]] = list(_CHOICE.finditer(words))
    if before := words[: found[0].start()] if found else words:
        yield "score", before
    ends = [m.start() for m in found[1:]] + [len(words)]
    for match, end in zip(found, ends, strict=True) if found else ():
        yield match["name"].lower(), words[match.end() : end]
