"""Who may read and write: tokens with a name, a scope and an expiry, kept beside the store.

`Tokens` makes, lists, revokes and recognises them; a scope includes those before it: `read`,
`import`, `write`, `admin`. `Access` lets requests in, each as a `Caller` with the token's name,
an address and the name of the request (`RequestIds`).
"""

from service.access.admission import Access, Caller
from service.access.requests import RequestIds
from service.access.tokens import Scope, Token, Tokens, checked, expiry

__all__ = [
    "Access", "Caller", "RequestIds", "Scope", "Token", "Tokens", "checked", "expiry",
]  # fmt: skip
