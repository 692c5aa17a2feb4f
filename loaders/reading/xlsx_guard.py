"""What an XLSX file may not be: a bomb, or XML with entities. Its cells are a format's matter."""

from io import BytesIO
from typing import IO
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812

from loaders.contract import CardError, RecordProblem, shorten

MAX_UNFOLDED_BYTES = 200 * 2**20
"""How large all sheets of a workbook may be together once unpacked."""
MAX_PARTS = 10_000
_CHUNK = 2**20
_ENTITIES = (b"<!DOCTYPE", b"<!ENTITY")


def is_office(names: list[str]) -> bool:
    """Tell whether the names in a zip file are those of an Office document."""
    return "[Content_Types].xml" in names


def check_workbook(data: bytes) -> None:
    """Raise `CardError` for what cannot be opened as a workbook safely."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                raise CardError(
                    RecordProblem("This zip file is no workbook.", mend="Unpack it first.")
                )
            # a size in the directory that lies makes the part unreadable, not larger
            if sum(p.file_size for p in parts) > MAX_UNFOLDED_BYTES or len(parts) > MAX_PARTS:
                raise CardError(_bomb())
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as stream:
                        _check_xml(stream)
    except (BadZipFile, ZlibError, EOFError, NotImplementedError, RuntimeError) as error:
        raise CardError(
            RecordProblem(
                f"The workbook cannot be read: {shorten(str(error))}.",
                mend="Save it again, without a password.",
            )
        ) from error


def _check_xml(stream: IO[bytes]) -> None:
    tail = b""
    while chunk := stream.read(_CHUNK):
        seen = (tail + chunk).replace(b"\0", b"")  # so that UTF-16 hides nothing
        if any(word in seen for word in _ENTITIES):
            raise CardError(
                RecordProblem(
                    "The workbook's XML declares entities.", mend="Save it again as XLSX."
                )
            )
        tail = chunk[-64:]


def _bomb() -> RecordProblem:
    return RecordProblem(
        f"The workbook unpacks to more than {MAX_UNFOLDED_BYTES // 2**20} MB.",
        mend="Remove the sheets that hold no cards.",
    )
