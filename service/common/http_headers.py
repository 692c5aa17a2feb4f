"""What all answers have in common, whichever process writes them."""

from functools import lru_cache


def content_policy(styles: str = "") -> str:
    """Return what a page may load: what is of this service, and `styles` of its own."""
    return (
        "default-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"style-src 'self'{styles and ' '}{styles}; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


CAREFUL = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": content_policy(),
    "Referrer-Policy": "same-origin",
}
"""No content is taken for another kind than it says, none is loaded from elsewhere, and no other
site sees the address of a page, which may describe a deployment or hold a query."""

WORTH_COMPRESSING = 1000
"""Bytes from which an answer is compressed for those who take that."""

COMPRESSION = 5
"""The level of gzip: larger is smaller and slower."""


@lru_cache(maxsize=64)
def fields_of_answer(media: str, *, large: bool, packed: bool) -> tuple[tuple[bytes, bytes], ...]:
    """Return the header fields of an answer to a query: `large` to be worth compressing.

    So the middlewares would have them; for those who write such an answer without them.
    """
    fields = {
        "vary": "Accept, Accept-Encoding, Origin" if large else "Accept, Origin",
        "content-type": media,
        **{name.lower(): value for name, value in CAREFUL.items()},
        **({"content-encoding": "gzip"} if packed else {}),
    }
    return tuple((name.encode(), value.encode()) for name, value in fields.items())
