"""The pages: server-rendered, linkable, readable without JavaScript; one module a page."""

from service.routes.pages import benchmark, benchmarks, coverage, fit, gaps, home

ROUTERS = (
    home.router,
    benchmarks.router,
    benchmark.router,
    fit.router,
    gaps.router,
    coverage.router,
)
"""Every page's router, in the order of the navigation."""
