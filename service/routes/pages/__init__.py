"""The pages: server-rendered, linkable, readable without JavaScript; one module a page."""

from service.routes.pages import benchmark, benchmarks, coverage, fit, home

ROUTERS = (home.router, benchmarks.router, benchmark.router, fit.router, coverage.router)
"""Every page's router, in the order of the navigation."""
