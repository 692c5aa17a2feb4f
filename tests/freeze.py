"""Keeps for ever what a release serves of its vocabulary: `python -m tests.freeze [ADDRESS]`.

Run once at a release, it writes `ontology/releases/{version}.tar.xz` and adds the digests of what
is in it to `ontology/releases/SHA256SUMS`. Without an address the service of this checkout is
asked, over the shipped data; with one, the service that runs there, so that a release can be kept
later.
What has been kept once is never written again.
"""

import io
import lzma
import re
import sys
import tarfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import httpx2
from fastapi.testclient import TestClient

from service.common.settings import Settings
from service.ontology import releases
from service.web.app import create_app

FOLDER = Path(__file__).parents[1] / "ontology" / "releases"
_FORMS = {"ontology": ("ttl", "jsonld", "nt", "rdf", "trig", "nq"),
          "shapes": ("ttl", "jsonld", "nt", "rdf")}  # fmt: skip
SERVED = {
    **{f"{what}.{form}": f"/{what}.{form}" for what, forms in _FORMS.items() for form in forms},
    releases.CONTEXT: f"/ontology/{releases.CONTEXT}",
}
"""Name in the archive to where the current version is served."""


def captured(get: Callable[[str], bytes]) -> tuple[str, Mapping[str, bytes]]:
    """Return the version that a service has, and what it serves of it, by name."""
    files = {name: get(path) for name, path in SERVED.items()}
    found = re.search(rb"owl:versionIRI <[^>]*/ontology/([0-9.]+)>", files["ontology.ttl"])
    if not found:
        raise SystemExit("What is served there names no version.")
    return found[1].decode(), files


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return one archive: the forms say the same, so together they are a tenth of their size."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return lzma.compress(out.getvalue(), preset=9 | lzma.PRESET_EXTREME)


def freeze(get: Callable[[str], bytes]) -> Path:
    """Keep what a service serves; return the archive. Raises `SystemExit` if it is kept."""
    version, files = captured(get)
    path = FOLDER / f"{version}.tar.xz"
    if path.exists():
        raise SystemExit(f"Version {version} is kept already and never changes.")
    FOLDER.mkdir(exist_ok=True)
    path.write_bytes(packed(files))
    with (FOLDER / "SHA256SUMS").open("a", encoding="utf-8") as sums:
        for name, data in files.items():
            sums.write(f"{sha256(data).hexdigest()}  {version}/{name}\n")
    return path


def main(address: str | None = None) -> None:
    """Keep the release of this checkout, or that of the service at an address."""
    if address:
        with httpx2.Client(base_url=address) as client:
            print(freeze(lambda path: client.get(path).raise_for_status().content))
        return
    with TestClient(create_app(Settings(store=None, validators=0))) as client:
        print(freeze(lambda path: client.get(path).raise_for_status().content))


if __name__ == "__main__":
    main(*sys.argv[1:])
