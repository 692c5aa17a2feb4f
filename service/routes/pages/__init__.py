"""The pages: server-rendered, linkable, readable without JavaScript; one module a page."""

from service.routes.pages import decompose, gaps, home

ROUTERS = (home.router, decompose.router, gaps.router)
"""Every page's router, in the order of the navigation."""
