"""The pages: server-rendered, linkable, readable without JavaScript; one folder a page."""

from service.web.pages.author import routes as author
from service.web.pages.benchmark import routes as benchmark
from service.web.pages.benchmarks import routes as benchmarks
from service.web.pages.claim import routes as claim
from service.web.pages.coverage import routes as coverage
from service.web.pages.decompose import logs as decompose_logs
from service.web.pages.decompose import routes as decompose
from service.web.pages.deployments import routes as deployments
from service.web.pages.evidence import routes as evidence
from service.web.pages.fit import routes as fit
from service.web.pages.flags import routes as flags
from service.web.pages.following import badge, embeds, feeds, oembed
from service.web.pages.gaps import routes as gaps
from service.web.pages.guides import routes as guides
from service.web.pages.home import routes as home
from service.web.pages.levels import routes as levels
from service.web.pages.plans import routes as plans
from service.web.pages.proposals import routes as proposals
from service.web.pages.query import routes as query
from service.web.pages.reviews import routes as reviews
from service.web.pages.search import routes as search
from service.web.pages.sharing import llms
from service.web.pages.sharing import routes as sharing
from service.web.pages.sources import routes as sources
from service.web.pages.studies import routes as studies
from service.web.pages.systems import routes as systems
from service.web.pages.terms import routes as terms

__all__ = [
    "benchmarks",
    "deployments",
    "gaps",
    "home",
    "layout",
    "levels",
    "plans",
    "query",
    "reviews",
    "shared",
    "studies",
]

ROUTERS = (
    home.router,
    feeds.router,
    badge.router,
    embeds.router,
    oembed.router,
    search.router,
    benchmarks.router,
    benchmark.router,
    deployments.router,
    reviews.router,
    studies.router,
    systems.router,
    levels.router,
    claim.router,
    fit.router,
    decompose.router,
    decompose_logs.router,
    gaps.router,
    flags.router,
    evidence.router,
    coverage.router,
    plans.router,
    sharing.router,
    llms.router,
    sources.router,
    query.router,
    author.router,
    proposals.router,
    terms.router,
    guides.router,
)
"""Every page's router, in the order of the navigation."""
