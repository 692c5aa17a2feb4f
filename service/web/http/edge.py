"""The edge of one service: its settings become hosts, proxies and bounds of connections."""

import resource

from service.common.settings import Settings
from service.web.http.connections import ConnectionLimits, Connections
from service.web.http.forwarded import TrustedProxies
from service.web.http.hosts import Hosts, hosts_of


def connections_of(settings: Settings) -> Connections:
    """Return the rules and the count of connections for a service with these settings."""
    bounds = ConnectionLimits(
        settings.url_bytes,
        settings.max_header_bytes,
        settings.max_header_fields,
        settings.max_header_seconds,
        settings.max_body_pause_seconds,
        settings.min_body_bytes_per_second,
        settings.max_send_pause_seconds,
        min(settings.max_connections, _files() // 2),
        settings.max_connections_per_client,
    )
    return Connections(bounds, service_hosts(settings), TrustedProxies(settings.trusted_proxies))


def service_hosts(settings: Settings) -> Hosts:
    """Return the hosts that a service with these settings answers for."""
    return hosts_of(settings.host, settings.allowed_hosts, settings.public_url)


def _files() -> int:
    """Return how many files the process may open, raised as far as the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
