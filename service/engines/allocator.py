"""How the processes that answer queries get their memory."""

import os
from collections.abc import Mapping

_TUNABLES = "glibc.malloc.tcache_count=1000:glibc.malloc.hugetlb=1"
"""A query takes and gives back thousands of small pieces of memory, where glibc keeps seven of a
size at hand. Measured with this: a lookup in memory 23 % less CPU, one on disk 6 to 10 %."""


def environment() -> Mapping[str, str]:
    """Return the variables for such a process; who has tuned glibc already is left alone."""
    return {"GLIBC_TUNABLES": _TUNABLES, **os.environ}
