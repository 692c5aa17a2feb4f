"""Tokens: random secrets with a name, a scope and an expiry, of which only a hash is kept.

A token is 256 random bits, so a plain SHA-256 of it cannot be searched for, however fast hashing
is; slow hashes are for passwords that people think up. The file is read for every request that
sends a token, so a revocation holds from the next request on, also in a running service.
"""
# DESIGN: four-scopes

import os
import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path

from pydantic import SecretStr

from service.access.times import now
from service.common.os_words import os_words
from service.common.problems import BadRequest, BadSetting, Conflict, FileUnusable, NotFound

SHORTEST = 16
"""Characters that a token from the environment has at least."""

ENVIRONMENT = "EVALGAP_TOKEN"
"""The variable of the one token that is given from outside, and its name in the log of writes."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_TABLE = """
CREATE TABLE IF NOT EXISTS token (
  name TEXT PRIMARY KEY, scope TEXT NOT NULL, hash BLOB NOT NULL,
  created TEXT NOT NULL, expires TEXT, revoked TEXT);
"""


class Scope(IntEnum):
    """What a token allows; each scope includes those before it."""

    READ = 0
    """Reading, where that needs a token."""
    IMPORT = 1
    """Imports, and their reports with the values of records that were set aside."""
    WRITE = 2
    """Everything else that writes: updates, graphs, plans, matches."""
    ADMIN = 3
    """What concerns others: the log of who wrote what, from where, and undoing it."""

    @property
    def word(self) -> str:
        """The scope as it is written in commands and answers."""
        return self.name.lower()


@dataclass(frozen=True)
class AccessToken:
    """What is known of a token, but for the secret itself; times are in UTC."""

    name: str
    scope: Scope
    created: datetime | None = None
    expires: datetime | None = None
    revoked: datetime | None = None

    @property
    def state(self) -> str:
        """`valid`, `expired` or `revoked`."""
        if self.revoked is not None:
            return "revoked"
        gone = self.expires is not None and self.expires <= datetime.now(UTC)
        return "expired" if gone else "valid"

    def document(self) -> dict[str, str | None]:
        """Return the token as JSON values."""
        times = {"created": self.created, "expires": self.expires, "revoked": self.revoked}
        said = {name: time.isoformat() if time else None for name, time in times.items()}
        return {"name": self.name, "scope": self.scope.word, "state": self.state, **said}


def checked(given: SecretStr | None) -> SecretStr | None:
    """Return the token from the environment without blanks around it; None where none is set.

    Raises `BadSetting` for one that is empty or short, or that no header can carry.
    """
    if given is None:
        return None
    token = given.get_secret_value().strip()
    if len(token) < SHORTEST:
        raise BadSetting(
            f"{ENVIRONMENT} has {len(token)} characters, and a token has at least {SHORTEST}. "
            "Set a longer one, such as 32 random letters and digits, or do not set it at all."
        )
    if not (token.isascii() and token.isprintable()):
        raise BadSetting(f"{ENVIRONMENT} may hold printable ASCII characters only.")
    return SecretStr(token)


class Tokens:
    """The tokens of one store: those in its file, and the one from the environment."""

    def __init__(self, file: Path | None, configured: SecretStr | None = None) -> None:
        """Open nothing yet; a file that is not there holds none. Raises `BadSetting`."""
        self._file = file
        given = checked(configured)
        self._configured = _hash(given.get_secret_value()) if given else None

    def create(self, name: str, scope: Scope, expires: datetime | None) -> str:
        """Make a token and return its secret, which is never to be had again.

        Raises `BadRequest` for a name that is none, `Conflict` for one that was ever given.
        """
        if not _NAME.fullmatch(name):
            raise BadRequest(
                f"The name of a token is up to 64 of a-z, 0-9, '.', '_' and '-', not {name!r}."
            )
        secret = f"evalgap_{secrets.token_urlsafe(32)}"
        until = expires.isoformat() if expires else None
        row = (name, scope.word, _hash(secret), now().isoformat(), until)
        try:
            with self._writing() as db:
                db.execute("INSERT INTO token VALUES (?, ?, ?, ?, ?, NULL)", row)
        except sqlite3.IntegrityError as error:
            raise Conflict(
                f"There is or was a token {name!r}. The log of writes knows tokens by their "
                "names, so choose another."
            ) from error
        return secret

    def revoke(self, name: str) -> AccessToken:
        """End a token for good. Raises `NotFound`, and `Conflict` where it was ended before."""
        found = next((token for token in self.all() if token.name == name), None)
        if found is None:
            raise NotFound(f"There is no token {name!r}. See: evalgap token list")
        if found.revoked is not None:
            raise Conflict(f"The token {name!r} was revoked {found.revoked.isoformat()}.")
        with self._writing() as db:
            change = "UPDATE token SET revoked = ? WHERE name = ? AND revoked IS NULL"
            db.execute(change, (now().isoformat(), name))
        return found

    def all(self) -> list[AccessToken]:
        """Return the tokens of the file, the oldest first, without their hashes."""
        return [token for token, _ in self._rows()]

    def is_any(self) -> bool:
        """Tell whether there is a valid token at all."""
        return self._configured is not None or any(t.state == "valid" for t in self.all())

    def is_valid(self, secret: str) -> bool:
        """Tell whether this is the secret of a token that has not ended."""
        token = self.holder(secret)
        return token is not None and token.state == "valid"

    def holder(self, secret: str) -> AccessToken | None:
        """Return the token with this secret, also where it has ended; None for no token of ours.

        All hashes are compared, each in constant time.
        """
        given = _hash(secret)
        found = None
        if self._configured is not None and compare_digest(self._configured, given):
            found = AccessToken(ENVIRONMENT, Scope.ADMIN)
        for token, digest in self._rows():
            if compare_digest(digest, given):
                found = token
        return found

    def _rows(self) -> list[tuple[AccessToken, bytes]]:
        """Return the tokens and their hashes. Raises `FileUnusable` where the file is damaged."""
        if self._file is None or not self._file.exists():
            return []
        try:
            with closing(_opened(self._file)) as db:
                rows = db.execute("SELECT * FROM token ORDER BY created, name").fetchall()
        except sqlite3.DatabaseError as error:
            raise _broken(self._file, error) from error
        return [
            (AccessToken(name, Scope[scope.upper()], *(_time(t) for t in times)), digest)
            for name, scope, digest, *times in rows
        ]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Open the file for one change, made for its owner alone if there is none."""
        if self._file is None:
            raise BadRequest("A store in memory keeps no tokens. Set EVALGAP_TOKEN.")
        self._file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600))
        try:
            with closing(_opened(self._file)) as db, db:
                db.execute(_TABLE)
                yield db
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            raise _broken(self._file, error) from error


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=10)


def _broken(file: Path, error: sqlite3.DatabaseError) -> FileUnusable:
    return FileUnusable(f"The file of tokens {file} cannot be used: {os_words(error)}.")


def _hash(secret: str) -> bytes:
    return sha256(secret.strip().encode()).digest()


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
