"""`evalgap`, and `python -m evalgap`."""

import sys

from evalgap import own


def main() -> None:
    """Run the command line; where another package stands for one of ours, say so and end with 2."""
    try:
        own.check()
    except ImportError as error:
        sys.exit(_refused(error))
    from service.__main__ import main as run  # noqa: PLC0415 - it is ours, as is now known

    run()


def _refused(error: ImportError) -> int:
    sys.stderr.write(f"evalgap: {error}\n")
    return 2


if __name__ == "__main__":
    main()
