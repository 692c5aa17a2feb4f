"""The pages: server-rendered, linkable, readable without JavaScript; one module a page."""

from service.routes.pages import benchmark, benchmarks, coverage, decompose, fit, gaps, home, plans

ROUTERS = (
    home.router,
    benchmarks.router,
    benchmark.router,
    fit.router,
    gaps.router,
    decompose.router,
    coverage.router,
    plans.router,
)
"""Every page's router, in the order of the navigation."""
