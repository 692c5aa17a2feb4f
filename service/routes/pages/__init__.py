"""The pages: server-rendered, linkable, readable without JavaScript; one module a page."""

from service.routes.pages import decompose, gaps, home, plans

ROUTERS = (home.router, decompose.router, gaps.router, plans.router)
"""Every page's router, in the order of the navigation."""
