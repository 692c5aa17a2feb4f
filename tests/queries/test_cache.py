"""What is kept of a store is listed in one module, and nothing else keeps any of it."""

import ast
from collections.abc import Iterator

from service.queries.cache import KEPT, cached_per_key
from service.store.oxigraph.store import open_store
from service.store.port import Engine
from tests.conftest import ROOT

OPEN_ENDED = {
    "loaders.registry._module": "the modules of formats",
    "loaders.mapping.fields.fields_of": "classes of the model",
    "loaders.mapping.fields.names_others": "classes of the model",
    "loaders.mapping.fields._leads_to_metric": "classes of the model",
    "loaders.mapping.iris.expand": "properties of the model",
    "loaders.mapping.read._has_links": "classes of the model",
    "loaders.mapping.write._terms": "classes of the model",
    "service.ontology.graphs.value_codes": "the value schemes",
    "service.ingest.current_codes._leading_to_codes": "classes of the model",
    "service.mcp_server.server._listed": "the tools",
    "service.mcp_server.server._schema": "the inputs of the tools",
    "service.ontology.dimensions.rule": "the rules of the fit",
    "service.sandbox.children._starter": "this process, or the one that it was forked from",
    "service.validation.pyshacl_constraints._parsed": "the SPARQL constraints of our shapes",
    "service.validation.pyshacl_constraints._known": "queries of the shapes",
    "service.validation.pyshacl_constraints.prepared": "classes of pySHACL",
    "service.web.pages.guides.manual.manual_page": "pages of the manual; any other raises",
    "service.linked_data.ontology_page.page": "versions of the ontology that are kept",
    "service.ontology.releases.files": "versions of the ontology that are kept",
    "service.ontology.releases.graph": "versions of the ontology that are kept",
    "service.queries.lists.item_type": "the lists of the API",
    "service.web.pages.forms.fields.field": "property shapes that forms ask for",
    "service.web.pages.plans.view.codes": "lists of codes that the form has",
}
"""Caches with parameters and without a bound: what their keys are, none of which is sent."""
HELD = {
    "service.ingest.uploads._kept": "where the one process that reads an upload stands in it",
    "service.validation.layered_graph._NONE": "an empty mapping",
    "service.web.schemas._TYPES": "the routes that were declared, before the service starts",
}
"""Containers of modules that could grow."""


def statements() -> Iterator[tuple[str, ast.stmt]]:
    """Yield every statement of the top level of every module, with its full name."""
    for path in sorted([*(ROOT / "service").rglob("*.py"), *(ROOT / "loaders").rglob("*.py")]):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.parse(path.read_text("utf-8")).body:
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    yield f"{module}.{node.name}", node
                case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
                    yield f"{module}.{ast.unparse(target)}", node
                case _:
                    pass


def made_by(node: ast.stmt) -> str:
    """Return the source of the decorators of a function, or of what a name is assigned."""
    if isinstance(node, ast.FunctionDef):
        return " ".join(ast.unparse(d) for d in node.decorator_list)
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    return ast.unparse(value) if value else ""


def test_what_is_kept_of_a_store_is_listed_with_its_bound() -> None:
    kept = {name for name, node in statements() if made_by(node).startswith("cached_per_")}
    assert kept == set(KEPT)


def test_no_other_cache_takes_a_store_or_grows_with_what_is_sent() -> None:
    takes_store, open_ended = set(), set()
    for name, node in statements():
        made = made_by(node)
        if isinstance(node, ast.FunctionDef) and made.startswith(("cache", "lru_cache")):
            parameters = [ast.unparse(a) for a in (*node.args.args, *node.args.kwonlyargs)]
            if not made.startswith("cached_per_"):
                takes_store |= {name for p in parameters if "Engine" in p}
                open_ended |= {name} if parameters and "maxsize=" not in made else set()
    assert takes_store == set()
    assert open_ended == set(OPEN_ENDED)


def test_no_module_has_a_container_that_could_keep_more() -> None:
    empty = {"{}", "[]", "set()", "dict()", "OrderedDict()", "WeakKeyDictionary()"}
    assert {name for name, node in statements() if made_by(node) in empty} == set(HELD)


def test_results_by_key_are_kept_until_a_write_and_the_least_used_goes_first() -> None:
    made: list[str] = []

    @cached_per_key(most=2)
    def doubled(engine: Engine, key: str) -> str:
        del engine
        made.append(key)
        return key * 2

    engine = open_store(None)
    assert [doubled(engine, key) for key in "abab"] == ["aa", "bb", "aa", "bb"]
    assert made == ["a", "b"]
    for key in "cab":
        doubled(engine, key)
    assert made == ["a", "b", "c", "a", "b"]
    engine.commit(b"<urn:s> <urn:p> <urn:o> <urn:g> .\n")
    doubled(engine, "b")
    assert made[-1] == "b"
    assert len(made) == 6
    engine.close()
