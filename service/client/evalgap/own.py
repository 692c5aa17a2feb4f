"""Whether `service` and `loaders` are EvalGap's: other distributions have packages of these names.

Python takes the first on its path. Another one would end in a traceback far from the cause.
"""

from importlib.util import find_spec
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_HOME = _HERE.parents[2] if _HERE.parent.name == "client" else _HERE.parent
"""The folder that holds both: where this package is installed, or the checkout it lies in."""


def check() -> None:
    """Raise `ImportError`, with a sentence, where one of them is not EvalGap's."""
    for name in ("service", "loaders"):
        found = _origin(name)
        if found != _HOME / name / "__init__.py" or "EvalGap" not in found.read_text("utf-8"):
            where = f"at {found.parent}" if found else "without an __init__.py"
            raise ImportError(
                f"EvalGap needs its own package {name!r}, but Python finds another one {where}: "
                "run it where that is not on the path (the current folder, PYTHONPATH), or install "
                "it into an environment of its own.",
                name=name,
            )


def _origin(name: str) -> Path | None:
    """Return the file of a package that Python would import, or has imported."""
    try:
        spec = find_spec(name)
    except ValueError:  # something put into sys.modules by hand
        return None
    return Path(spec.origin).resolve() if spec and spec.origin else None
