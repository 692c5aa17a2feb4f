"""Move old codes in the shipped files to those that say the same: `python -m tests.recode`.

Only the codes change: comments, order and form of a file stay, and what stands beside a code (its
basis, rule and sources) is said of each of its successors. Codes that a person has to recode stay.
What became of a code is read from the ontology, as an import reads it.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from service.ontology.old_codes import current, old_codes

DATA = Path(__file__).parents[1] / "data"
_DIMENSIONS = {dimension for dimension, _ in old_codes()}


def recoded(text: str) -> str:
    """Return the text of a file with current codes. Raises `ValueError` for a form not known."""
    root = YAML(pure=True).compose(io.StringIO(text))
    for start, end, new in sorted(_edits(root, ""), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _edits(node: Node, dimension: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, new text) for the codes below a node on a dimension."""
    if isinstance(node, SequenceNode):
        for item in node.value:
            yield from _edits(item, dimension)
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            name = str(key.value).replace("_", "-")
            coded = name in _DIMENSIONS and isinstance(value, ScalarNode | SequenceNode)
            if coded or (key.value == "values" and dimension):
                yield from _list(value, name if coded else dimension)
            elif key.value == "value" and (dimension, value.value) in old_codes():
                raise ValueError(f"{value.value} stands in a mapping: write it as two by hand")
            else:
                yield from _edits(value, name if name in _DIMENSIONS else dimension)


def _list(node: Node, dimension: str) -> Iterator[tuple[int, int, str]]:
    """Yield what replaces one code, or a list of codes."""
    items = node.value if isinstance(node, SequenceNode) else [node]
    if not all(isinstance(item, ScalarNode) for item in items):
        for item in items:
            yield from _edits(item, dimension)
        return
    old = tuple(str(item.value) for item in items)
    new = current(dimension, old)
    if new == old:
        return
    if isinstance(node, SequenceNode) and not node.flow_style:
        raise ValueError(f"{', '.join(old)} stand in lines of their own: put them in brackets")
    start, end = node.start_mark.index, node.end_mark.index
    listed = isinstance(node, SequenceNode) or len(new) > 1
    yield start, end, f"[{', '.join(new)}]" if listed else new[0]


def main() -> None:
    """Rewrite the files below `data`, or those that are named."""
    paths = [*map(Path, sys.argv[1:])] or sorted(DATA.rglob("*.yaml"))
    for path in paths:
        text = path.read_text(encoding="utf-8")
        if (new := recoded(text)) != text:
            path.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
