"""What `service.web.http.protocol` relies on in uvicorn beside its settings, pinned."""

import asyncio
import inspect
from collections.abc import Iterator

import pytest
from uvicorn import Config
from uvicorn.protocols.http import httptools_impl
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from service.common.problems import Problem
from service.web.http.protocol import BoundedProtocol
from service.web.http.refusals import refusal
from service.web.sparql.lanes.pool import HandoverProtocol

ATTRIBUTES = ("app", "client", "cycle", "flow", "headers", "loop", "parser", "pipeline", "scope")
EXTENDED = {
    "connection_lost", "connection_made", "data_received", "on_body", "on_headers_complete",
    "on_message_begin", "on_message_complete", "on_response_complete", "send_400_response",
    "_start_asgi_task", "_unsupported_upgrade_warning",
}  # fmt: skip


@pytest.fixture
def protocol() -> Iterator[HttpToolsProtocol]:
    loop = asyncio.new_event_loop()  # not entered: the tests of pages leave one running
    config = Config(refusal(Problem("")), interface="asgi3", log_config=None)
    config.load()
    yield HttpToolsProtocol(config, ServerState(), {}, loop)
    loop.close()


def test_what_is_extended_is_there() -> None:
    ours = {name for name in vars(BoundedProtocol) if hasattr(HttpToolsProtocol, name)}
    assert {name for name in ours if inspect.isfunction(vars(BoundedProtocol)[name])} == EXTENDED


def test_a_connection_has_what_is_read_of_it(protocol: HttpToolsProtocol) -> None:
    for name in (*ATTRIBUTES, "server_state", "transport", "timeout_keep_alive_task"):
        assert name in vars(protocol), name
    assert protocol.server_state.default_headers == []
    assert callable(protocol._unset_keepalive_if_required)


def test_flow_control_and_a_request_have_what_is_read_and_set() -> None:
    flow = inspect.getsource(FlowControl)
    assert "self.read_paused = True" in flow
    assert "def resume_reading" in flow
    cycle = inspect.getsource(RequestResponseCycle)
    for name in ("disconnected", "keep_alive", "more_body", "response_complete"):
        assert f"self.{name} = " in cycle, name
    assert "self.message_event = message_event" in cycle
    assert httptools_impl.STATUS_LINE[421] == b"HTTP/1.1 421 Misdirected Request\r\n"


def test_a_head_is_read_as_our_part_before_and_after_it_expects() -> None:
    begun = inspect.getsource(HttpToolsProtocol.on_message_begin)
    assert 'self.url = b""' in begun
    assert "self.headers = []" in begun
    url = inspect.getsource(HttpToolsProtocol.on_url)
    assert "self.url += url" in url  # in place, for the bytearray that it is here
    complete = inspect.getsource(HttpToolsProtocol.on_headers_complete)
    assert "app = self.app\n" in complete  # is read anew for each request
    assert 'self.scope["query_string"] = ' in complete
    assert "self._start_asgi_task(self.cycle, app)" in complete  # which runs after we return


def test_a_connection_has_what_lanes_read_and_set(protocol: HttpToolsProtocol) -> None:
    for name in ("flow", "scheme", "scope", "timeout_keep_alive", "timeout_keep_alive_task"):
        assert name in vars(protocol), name
    assert callable(protocol.timeout_keep_alive_handler)
    assert callable(FlowControl.pause_reading)
    source = inspect.getsource(HttpToolsProtocol)
    assert "self.timeout_keep_alive_task = self.loop.call_later(" in source
    assert "self.timeout_keep_alive, self.timeout_keep_alive_handler" in source
    ours = {name for name in vars(HandoverProtocol) if hasattr(HttpToolsProtocol, name)}
    functions = {name for name in ours if inspect.isfunction(vars(HandoverProtocol)[name])}
    assert functions == {"on_message_begin", "on_response_complete"}
