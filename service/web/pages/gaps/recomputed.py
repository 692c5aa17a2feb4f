"""What the page of recomputed numbers shows: each in the digits of its unit."""

from dataclasses import dataclass

from service.common.digits import computed, printed
from service.decomposition.ledger import LedgerRow

_DIGITS = {"percent": 2, "fraction": 4}
_AFTER = {"percent": " %", "fraction": ""}


@dataclass(frozen=True)
class ShownNumber:
    """A row of the ledger as texts."""

    id: str
    gap: str | None
    says: str
    theirs: str
    ours: str
    difference: str
    tolerance: str
    because: str
    agrees: bool
    note: str | None
    source: str
    locator: str
    seen: str
    file: str
    how: str


def shown(row: LedgerRow) -> ShownNumber:
    """Return a row as the page shows it."""
    digits, unit = _DIGITS[row.unit], _AFTER[row.unit]
    less = f" less {', '.join(row.minus)}" if row.minus else ""
    where = f", where {row.where}" if row.where else ""
    return ShownNumber(
        row.id,
        row.gap,
        row.says,
        row.printed + unit,
        computed(row.ours, digits) + unit,
        computed(row.difference, digits),
        printed(row.tolerance),
        row.tolerance_because,
        row.agrees,
        row.note,
        row.source,
        row.locator,
        row.seen,
        row.file,
        f"mean score of {', '.join(row.rungs)}{less}{where}",
    )
