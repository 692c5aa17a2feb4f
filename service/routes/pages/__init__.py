"""The pages: server-rendered, linkable, readable without JavaScript; one module a page."""

from service.routes.pages import author, home, query

ROUTERS = (home.router, query.router, author.router)
"""Every page's router, in the order of the navigation."""
