"""Which engine the settings mean: a folder, a server, or memory."""

from service.common.settings import Settings
from service.store.oxigraph.private_copy import open_copy
from service.store.oxigraph.store import open_store
from service.store.port import Engine


def open_served(settings: Settings) -> Engine:
    """Return the engine that a service works with: read-only, it has a copy of a folder.

    Raises as `open_engine` does, and `NotFound` where a read-only service finds no store.
    """
    if settings.read_only and settings.store_url is None:
        return open_copy(settings.store)
    return open_engine(settings)


def open_engine(settings: Settings, *, read_only: bool = False) -> Engine:
    """Return the engine of the store that the settings name.

    `read_only` matters for a folder, which may then be open elsewhere. Raises `StoreBusy` for
    a folder that is, `StoreUnavailable` for a server that does not answer.
    """
    if settings.store_url is None:
        return open_store(settings.store, read_only=read_only)
    from service.store.remote.store import open_remote  # noqa: PLC0415 - only where it is configured

    password = settings.store_password
    return open_remote(
        settings.store_url,
        update_url=settings.store_update_url,
        graph_store_url=settings.store_graph_url,
        user=settings.store_user,
        password=password.get_secret_value() if password else None,
    )
