"""Every wrong kind of value of every field of every kind of record, through the gate."""

from itertools import islice

from tests.hostile import wrong_values
from tests.hostile.test_wrong_values import judged

TOGETHER = 100


def test_no_field_takes_any_wrong_value() -> None:
    taken, asked = [], 0
    for kind in wrong_values.kinds():
        left = wrong_values.variants(kind)
        while faults := list(islice(left, TOGETHER)):
            some = [wrong_values.renamed(w.triples, kind, n) for n, w in enumerate(faults, asked)]
            refused = judged(some)
            asked += len(faults)
            taken += [
                (kind.__name__, wrong.cls.__name__, wrong.field.name, wrong.kind)
                for wrong, (name, _) in zip(faults, some, strict=True)
                if name.partition("/graph/")[2] not in refused
            ]
    print(f"\n{asked} records with one fault each, {len(taken)} taken")
    assert taken == []
