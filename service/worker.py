"""What every worker process of the gate starts with; importing it prepares the shapes.

The workers are forked from one process that has imported this module, so the shapes are
parsed and prepared once, however many workers there are.
"""

import signal

from service import shacl
from service.gate import collect_rarely

signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command to act upon

shacl.validate(())
collect_rarely()
