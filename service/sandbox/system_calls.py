"""The two filters of Linux that a process puts on itself: seccomp and Landlock.

Own code over ctypes, because the packages for it are stale or need a C library that is not in
every image. Both filters hold for the process and all that it starts, and cannot be taken off.
See seccomp(2), landlock(7) and Documentation/userspace-api/seccomp_filter.rst of the kernel.
"""

import ctypes
import os
import platform
from collections.abc import Iterable
from ctypes import (
    POINTER,
    Structure,
    byref,
    c_int,
    c_int32,
    c_uint8,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
    sizeof,
)
from errno import EACCES
from pathlib import Path
from socket import AF_UNIX
from stat import S_ISDIR
from typing import NamedTuple

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_NO_NEW_PRIVS = 38


class _Architecture(NamedTuple):
    """What differs between processors: the kernel's mark for it, and numbers of system calls."""

    mark: int
    seccomp: int
    socket: int
    denied: tuple[int, ...]
    connecting: tuple[int, ...]


# io_uring_*: it opens sockets without the system call; ptrace, process_vm_*, pidfd_getfd: what
# other processes hold open; connect, bind, listen: nothing is reached on sockets handed over
_X86_64 = _Architecture(
    0xC000003E, 317, 41, (425, 426, 427, 101, 310, 311, 438), (42, 49, 50)
)  # fmt: skip
_ARM64 = _Architecture(
    0xC00000B7, 277, 198, (425, 426, 427, 117, 270, 271, 438), (203, 200, 201)
)  # fmt: skip
_ARCHITECTURES = {"x86_64": _X86_64, "aarch64": _ARM64, "arm64": _ARM64}
_X32 = 0x40000000
"""From here on x86-64 numbers the calls of another ABI, which all are refused."""

_LOAD, _EQUALS, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _MARK_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | EACCES, 0x80000000
_SET_FILTER, _ALL_THREADS = 1, 1

_Instruction = tuple[int, int, int, int]
"""Operation, lines to skip if true and if false, and operand, as classic BPF has them."""


class _Line(Structure):
    _fields_ = (("code", c_uint16), ("yes", c_uint8), ("no", c_uint8), ("operand", c_uint32))


class _Program(Structure):
    _fields_ = (("length", c_uint16), ("lines", POINTER(_Line)))


def close_network(*, local: bool = False) -> None:
    """Refuse this process every socket but those of this machine's file system (AF_UNIX).

    With `local` it may connect those to another process here, as it must to start workers.
    Raises `OSError` where the system has no seccomp, or none for this processor.
    """
    own = _ARCHITECTURES.get(platform.machine())
    if own is None:
        raise OSError(f"no filter is known for {platform.machine()}")
    _no_new_privileges()
    lines = _network_filter(local=local)
    program = _Program(len(lines), (_Line * len(lines))(*(_Line(*line) for line in lines)))
    _call(own.seccomp, _SET_FILTER, _ALL_THREADS, byref(program))


def _network_filter(*, local: bool) -> list[_Instruction]:
    """Return the filter, which tells the architectures apart by itself."""
    lines: list[_Instruction] = [(_LOAD, 0, 0, _MARK_AT)]
    for one in (_X86_64, _ARM64):
        block = _for_one(one, one.denied if local else one.denied + one.connecting)
        lines += [(_EQUALS, 0, len(block), one.mark), *block]
    return [*lines, (_RETURN, 0, 0, _KILL)]


def _for_one(one: _Architecture, denied: tuple[int, ...]) -> list[_Instruction]:
    refuse, allow = (_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)
    lines: list[_Instruction] = [(_LOAD, 0, 0, _NUMBER_AT)]
    if one is _X86_64:
        lines += [(_AT_LEAST, 0, 1, _X32), refuse]
    for number in denied:
        lines += [(_EQUALS, 0, 1, number), refuse]
    family = [(_LOAD, 0, 0, _FIRST_ARGUMENT_AT), (_EQUALS, 1, 0, AF_UNIX), refuse]
    return [*lines, (_EQUALS, 0, len(family), one.socket), *family, allow]


_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION, _BENEATH = 1, 1
_READ = 1 << 2 | 1 << 3
"""READ_FILE and READ_DIR of landlock(7)."""
_ON_FILES = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15
"""The rights that a file can have: execute, write, read, truncate, ioctl."""
_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""The rights on files that a version of Landlock, and each later one up to the next, knows."""
_TCP, _SCOPES = 1 << 0 | 1 << 1, 1 << 0 | 1 << 1
_TCP_SINCE, _SCOPES_SINCE = 4, 6


class _Ruleset(Structure):
    _fields_ = (("files", c_uint64), ("network", c_uint64), ("scopes", c_uint64))


class _PathRule(Structure):
    _pack_ = 1
    _fields_ = (("allowed", c_uint64), ("folder", c_int32))


def close_files(read: Iterable[Path], write: Iterable[Path]) -> None:
    """Refuse this thread, and what it starts, all files but those at or below the given paths.

    TCP, signals to other processes and abstract sockets are refused too where the kernel can.
    Paths that do not exist are passed over. Raises `OSError` where there is no Landlock.
    """
    version = _call(_CREATE_RULESET, None, 0, _VERSION)
    rights = _RIGHTS[max(v for v in _RIGHTS if v <= version)]
    network = _TCP if version >= _TCP_SINCE else 0
    scopes = _SCOPES if version >= _SCOPES_SINCE else 0
    _no_new_privileges()
    ruleset = _Ruleset(rights, network, scopes)
    rules = _call(_CREATE_RULESET, byref(ruleset), sizeof(ruleset), 0)
    try:
        for paths, allowed in ((read, rights & _READ), (write, rights)):
            for path in paths:
                _allow(rules, path, allowed)
        _call(_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def _allow(rules: int, path: Path, allowed: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not S_ISDIR(os.fstat(opened).st_mode):
            allowed &= _ON_FILES
        _call(_ADD_RULE, rules, _BENEATH, byref(_PathRule(allowed, opened)), 0)
    finally:
        os.close(opened)


def _no_new_privileges() -> None:
    if _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, c_uint64(1), c_uint64(0), c_uint64(0), c_uint64(0)):
        raise _error("prctl")


def parent_death_signal(number: int) -> None:
    """Have the kernel send this process a signal once the thread that started it ends."""
    if _LIBC.prctl(1, c_uint64(number), c_uint64(0), c_uint64(0), c_uint64(0)):
        raise _error("prctl")


def new_network() -> None:
    """Put this process into a network of its own that holds nothing; needs privileges."""
    if _LIBC.unshare(c_int(0x40000000)):
        raise _error("unshare")


def _call(number: int, *arguments: object) -> int:
    given = [c_void_p(a) if isinstance(a, int) else a for a in arguments]
    found = int(_LIBC.syscall(ctypes.c_long(number), *given))
    if found < 0:
        raise _error(f"system call {number}")
    return found


def _error(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)}")
