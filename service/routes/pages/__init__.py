"""The pages: server-rendered, linkable, readable without JavaScript; one module a page."""

from service.routes.pages import benchmark, benchmarks, home

ROUTERS = (home.router, benchmarks.router, benchmark.router)
"""Every page's router, in the order of the navigation."""
