"""Two folders that change places in one step, so that a kill leaves the one or the other."""

import ctypes
import os
from pathlib import Path

_HERE = -100
"""AT_FDCWD: paths are relative to the current folder, as everywhere."""
_EXCHANGE = 2
"""RENAME_EXCHANGE."""


def exchange(one: Path, other: Path) -> None:
    """Let two folders of one file system change places.

    Where the system cannot do that in one step (it is no Linux, or an old one), three renames do
    it, and `other` is not there for a moment. Raises `OSError`.
    """
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        rename = None
    paths = os.fsencode(one), os.fsencode(other)
    if rename is None or rename(_HERE, paths[0], _HERE, paths[1], _EXCHANGE) != 0:
        aside = other.with_name(f"{other.name}.exchanged")
        other.rename(aside)
        one.rename(other)
        aside.rename(one)
