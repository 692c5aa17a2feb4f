"""`evalgap`, and `python -m service`."""

import gc
import signal
import sys

from service.common.garbage import stop_collecting
from service.sandbox import forkserver


def main() -> None:
    """Run the command line; Ctrl-C before it is loaded ends it without a traceback."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    stop_collecting()
    if sys.argv[1:2] == ["import"]:
        # the shapes are prepared in one process while this one loads
        forkserver.context(updates=False)
    from service.cli.main import main as run  # noqa: PLC0415 - takes a second, in which Ctrl-C may come

    gc.enable()
    signal.signal(signal.SIGINT, before)
    try:
        run()
    finally:
        gc.freeze()  # the process ends, and Python would look through all that it holds once more


if __name__ == "__main__":
    main()
