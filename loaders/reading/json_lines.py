"""JSON lines: one record per line, of a file of any size."""

from collections.abc import Iterator

from loaders.contract import MAX_RECORD_BYTES, Raw, Rejected
from loaders.reading.trees import too_large


def split(raw: Raw) -> Iterator[Raw | Rejected]:
    """Yield every line that is not blank, with its number as the place."""
    with raw.open() as stream:
        number = 0
        while line := stream.readline(MAX_RECORD_BYTES + 1):
            number += 1
            part = raw.part(f"line {number}", line)
            if len(line) <= MAX_RECORD_BYTES:
                yield from [part] if line.strip() else []
                continue
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_RECORD_BYTES)
            yield Rejected(part, (too_large(),))
