"""Style sheets and scripts under `/static`: the common ones, and each page's from its folder."""

import os
from pathlib import Path

from fastapi.staticfiles import StaticFiles

from service.common.resources import inside

_SUFFIXES = (".css", ".js")


class PageFiles(StaticFiles):
    """`web/static`, and the style sheets and scripts that stand beside the pages, all by name."""

    def __init__(self) -> None:
        """Find the files of the pages, once."""
        super().__init__(directory=inside("web", "static"))
        pages = inside("web", "pages")
        self._of_pages = {p.name: p for p in pages.glob("*/*") if p.suffix in _SUFFIXES}

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Return where a file is, and what the system says of it; "" and None if there is none."""
        found: Path | None = self._of_pages.get(path)
        return (str(found), found.stat()) if found else super().lookup_path(path)
