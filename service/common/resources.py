"""Where ontology/, shapes/ and data/ are, in a checkout and in an installed wheel."""

from importlib.metadata import version
from pathlib import Path

VERSION = version("evalgap")

_PACKAGE = Path(__file__).parents[1]


def resource(*parts: str) -> Path:
    """Return the path of a file or folder of ontology/, shapes/ or data/."""
    bundled = _PACKAGE / "_bundled"
    root = bundled if bundled.is_dir() else _PACKAGE.parent
    return root.joinpath(*parts)


def turtle_files(folder: str) -> list[Path]:
    """Return the Turtle files below a folder, in name order."""
    return sorted(resource(folder).rglob("*.ttl"))


def inside(*parts: str) -> Path:
    """Return the path of a file or folder that lives in the package itself."""
    return _PACKAGE.joinpath(*parts)
