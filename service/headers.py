"""What all answers have in common, whichever process writes them."""

CAREFUL = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; img-src 'self' data:; "
        "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
}
"""No content is taken for another kind than it says, and none is loaded from elsewhere."""

WORTH_COMPRESSING = 1000
"""Bytes from which an answer is compressed for those who take that."""

COMPRESSION = 5
"""The level of gzip: larger is smaller and slower."""
