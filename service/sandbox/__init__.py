"""Processes for untrusted input: confined, bounded, and easy to end.

An untrusted query or document is read where it may crash, hang or fill memory without harm:
in a process that has given up the network and all files but its own (`confine`), that ends with
the service (`start`, `end_with`), and that is stopped once its time is over (`Workers`).
"""

from service.sandbox.children import bound_cpu, end_with, start
from service.sandbox.confine import Confinement, confine, held, offline, probe
from service.sandbox.slots import Slots, busy
from service.sandbox.stopping import CancellationToken
from service.sandbox.workers import WorkerLimits, Workers

__all__ = [
    "CancellationToken",
    "Confinement",
    "Slots",
    "WorkerLimits",
    "Workers",
    "bound_cpu",
    "busy",
    "confine",
    "end_with",
    "forkserver",
    "held",
    "offline",
    "probe",
    "start",
]
