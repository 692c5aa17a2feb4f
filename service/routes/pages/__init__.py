"""The pages: server-rendered, linkable, readable without JavaScript; one module a page."""

from service.routes.pages import (
    author,
    benchmark,
    benchmarks,
    coverage,
    decompose,
    fit,
    gaps,
    guides,
    home,
    plans,
    query,
)

ROUTERS = (
    home.router,
    benchmarks.router,
    benchmark.router,
    fit.router,
    decompose.router,
    gaps.router,
    coverage.router,
    plans.router,
    query.router,
    author.router,
    guides.router,
)
"""Every page's router, in the order of the navigation."""
