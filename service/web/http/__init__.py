"""How the service meets the network: what it takes of HTTP, under which address, from whom.

Everything here holds before a route is chosen: limits on what a connection may send and how
slowly (`protocol`), the hosts that the service answers for and the address it is known by
(`hosts`), what a proxy in front may say of a request (`forwarded`), who a request counts for
(`clients`), and how many requests one client may send (`rates`). A request that fails here costs
no thread and no look into the store.
"""

__all__ = ["clients", "connections", "edge", "forwarded", "hosts", "protocol", "rates"]
