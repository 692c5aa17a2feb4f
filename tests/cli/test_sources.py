"""`evalgap sources`: read again with what has changed; and what is never fetched."""

import gzip
import json
import os
import shutil
import signal
import socket
import tarfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, ClassVar

import pytest
from fastapi.routing import APIRoute

from loaders.registry import documents
from service.store.oxigraph.store import open_store
from service.web.app import ROUTERS
from tests.cli.conftest import Run, command
from tests.conftest import ROOT

Said = dict[str, Any]
PIECE = b"x" * 2**16


def card(title: str, answer: str = "One turn") -> bytes:
    turns = {"answer": answer, "values": ["single-turn"]}
    author = {"author": {"id": "me", "name": "Me"}}
    about = {"benchmark_name": title, "benchmark": {"id": title}, "card": author}
    return json.dumps({"evalgap": 1, **about, "task": {"interaction_type": turns}}).encode()


def packed(*titles: str) -> bytes:
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for title in titles:
            data = card(title)
            info = tarfile.TarInfo(f"cards/{title}.json")
            info.size = len(data)
            archive.addfile(info, BytesIO(data))
    return buffer.getvalue()


class Site(BaseHTTPRequestHandler):
    """A server on loopback: some files, and every way to be a bad one."""

    files: ClassVar[dict[str, bytes]]
    headers_of: ClassVar[dict[str, dict[str, str]]]
    requests: ClassVar[Counter[str]]
    host: ClassVar[str]

    def do_GET(self) -> None:
        self.requests[self.path] += 1
        kind = self.path.strip("/").replace("-", "_")
        if self.path in self.files:
            self.give(self.files[self.path], 200, **self.headers_of.get(self.path, {}))
        else:
            getattr(self, kind, self.missing)()

    def give(self, data: bytes, status: int = 200, **headers: str) -> None:
        known = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
        if any(h in headers and self.headers.get(known[h]) == headers[h] for h in known):
            status, data = 304, b""
        self.send_response(status)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def missing(self) -> None:
        self.give(b"not here", 404)

    def to(self, place: str) -> None:
        self.give(b"", 302, Location=place)

    def endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(PIECE)

    def drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"{")
            time.sleep(0.05)

    def drip_headers(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.wfile.write(b"X-More: 1\r\n")
            time.sleep(0.05)

    def no_answer(self) -> None:
        self.wfile.write(b"\x00\xffnothing of HTTP\r\n\r\n")

    def short(self) -> None:
        self.give(b"{}", Content_Length="200")

    def huge(self) -> None:
        self.give(b"{}", Content_Length=str(2**40))

    def loop(self) -> None:
        self.to("/loop")

    def nowhere(self) -> None:
        self.give(b"", 302)

    def to_loopback(self) -> None:
        self.to(f"http://localhost:{self.host.rpartition(':')[2]}/good.json")

    def to_mapped(self) -> None:
        self.to(f"http://[::ffff:127.0.0.1]:{self.host.rpartition(':')[2]}/good.json")

    def to_number(self) -> None:
        self.to(f"http://2130706433:{self.host.rpartition(':')[2]}/good.json")

    def to_port(self) -> None:
        self.to("http://127.0.0.1:9/")

    def to_far_port(self) -> None:
        self.to(f"http://127.0.0.1:{10**30}/")

    def to_metadata(self) -> None:
        self.to("http://169.254.169.254/latest/meta-data/")

    def to_file(self) -> None:
        self.to("file:///etc/hostname")

    def to_user(self) -> None:
        self.to(f"http://user:secret@{self.host}/good.json")

    def bomb(self) -> None:
        self.give(gzip.compress(bytes(66 * 2**20), 1), Content_Encoding="gzip")

    def half_packed(self) -> None:
        self.give(gzip.compress(card("half"))[:-9], Content_Encoding="gzip")

    def brotli(self) -> None:
        self.give(b"\x0b\x02\x80", Content_Encoding="br")

    def login(self) -> None:
        self.give(b"\n<!DOCTYPE html><title>Log in</title>", Content_Type="application/json")

    def empty(self) -> None:
        self.give(b"")

    def unchanged(self) -> None:
        self.give(b"", 304)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


HOSTILE = {
    "endless": "more than 1 MB", "drip": "too slow", "drip-headers": "too slow",
    "no-answer": "connection failed", "short": "connection failed", "huge": "more than 1 MB",
    "loop": "leads on more than 5 times", "nowhere": "without saying where",
    "to-loopback": "localhost is at", "to-mapped": "a loopback address",
    "to-number": "a loopback address", "to-port": "a loopback address",
    "to-metadata": "a link-local address", "to-file": "only http and https",
    "to-far-port": "ports end at 65535",
    "to-user": "user or password", "bomb": "as a bomb does", "half-packed": "cannot be unpacked",
    "brotli": "packs the file as 'br'", "login": "a web page", "empty": "is empty",
    "unchanged": "answers 304", "missing": "answers 404",
}  # fmt: skip


@pytest.fixture(scope="module")
def site() -> Iterator[type[Site]]:
    class Own(Site):
        files: ClassVar = {}
        headers_of: ClassVar = {}
        requests: ClassVar = Counter()

    with ThreadingHTTPServer(("127.0.0.1", 0), Own) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        Own.host = f"127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Own
        server.shutdown()


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    folder = tmp_path / "cards"
    folder.mkdir()
    for title in ("one", "two", "three"):
        (folder / f"{title}.json").write_bytes(card(title))
    return folder


def added(run: Run, *words: object) -> None:
    done = run("sources", "add", *words, seed=False)
    assert done.returncode == 0, done.stderr


def ran(run: Run, *words: str) -> tuple[int, list[Said]]:
    done = run("sources", "run", "--json", *words, seed=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def hostile(
    site: type[Site], tmp_path_factory: pytest.TempPathFactory
) -> tuple[CompletedProcess[str], dict[str, Said]]:
    """Return what one run says of a good source among all the bad ones."""
    store = tmp_path_factory.mktemp("hostile") / "store"
    site.files["/good.json"] = card("good")
    site.headers_of["/good.json"] = {"Content-Type": "text/html", "ETag": '"\xe9"'}
    for name in ("good.json", *HOSTILE):
        words = ("--name", name, "--allow-private")
        done = command(store, "sources", "add", f"http://{site.host}/{name}", *words, seed=False)
        assert done.returncode == 0, done.stderr
    slow = [name for name in HOSTILE if name.startswith("drip")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVALGAP_MAX_FETCH_BYTES", str(2**20))
        patch.setenv("EVALGAP_MAX_FETCH_SECONDS", "0.3")
        dripped = command(store, "sources", "run", "--json", *slow, seed=False)
        for name in slow:
            command(store, "sources", "remove", name, seed=False)
        patch.delenv("EVALGAP_MAX_FETCH_SECONDS")
        done = command(store, "sources", "run", "--json", seed=False)
    said = [json.loads(line) for line in (dripped.stdout + done.stdout).splitlines()]
    return done, {one["source"]: one for one in said}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_server_costs_a_sentence(
    hostile: tuple[CompletedProcess[str], dict[str, Said]], name: str
) -> None:
    said = hostile[1][name]
    assert said["outcome"] == "failed", said
    assert HOSTILE[name] in said["reason"], said
    assert said["reason"].endswith("What is stored of it stays.")


def test_what_is_good_among_them_goes_in_whatever_its_type(
    hostile: tuple[CompletedProcess[str], dict[str, Said]], site: type[Site]
) -> None:
    done, said = hostile
    assert done.returncode == 2, done.stderr
    assert said["good.json"]["new"] == ["card/good/me/1"]
    assert len(said) == len(HOSTILE) + 1
    assert site.requests["/good.json"] == 1


def test_what_is_no_public_address_is_not_added(run: Run, tmp_path: Path) -> None:
    for address in (
        "http://127.0.0.1/c.json", "http://localhost/c", "https://[::1]/c", "http://10.1.2.3/c",
        "http://169.254.169.254/latest", "http://[fd00:ec2::254]/", "http://100.64.0.1/c",
        "http://[::ffff:10.0.0.1]/c", "http://168.63.129.16/c", "http://224.0.0.1/c",
        "http://[64:ff9b::7f00:1]/c", "http://[2002:7f00:1::]/c", "http://0.0.0.0/c",
        "http://[fec0::2]/c", "http://[::7f00:1]/c", "http://[::ffff:0:7f00:1]/c",
        "http://[64:ff9b:1::7f00:1]/c",
    ):  # fmt: skip
        done = run("sources", "add", address, seed=False)
        assert (done.returncode, "--allow-private" in done.stderr) == (2, True), address
    for address, words in {
        "https://user:pw@example.org/c": "user or password",
        "https://user@example.org/c": "user or password",
        "ftp://example.org/c": "only http and https",
        "file:///etc/passwd": "only http and https",
        str(tmp_path / "none"): "does not exist",
        f"http://example.org:{10**30}/c": "ports end at 65535",
        "http://example.org:0/c": "ports end at 65535",
        "": "is empty",
    }.items():
        done = run("sources", "add", address, seed=False)
        assert (done.returncode, words in done.stderr) == (2, True), address
    assert run("sources", "list", seed=False).stdout == ""


def test_the_address_that_was_judged_is_the_one_that_is_connected_to(
    run: Run, site: type[Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(site.host.rpartition(":")[2])
    answers, tried = ["93.184.216.34", "127.0.0.1", "127.0.0.1"], []
    real = socket.getaddrinfo

    def resolved(host: Any, *rest: Any, **more: Any) -> Any:
        return real(answers.pop(0) if host == "rebinding.example" else host, *rest, **more)

    def connected(address: tuple[str, int], *_: Any, **__: Any) -> Any:
        tried.append(address)
        raise OSError("not in a test")

    added(run, f"http://rebinding.example:{port}/rebinding.json")
    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(socket, "create_connection", connected)
    code, (first,) = ran(run)
    assert (code, tried) == (2, [("93.184.216.34", port)])
    assert "connection failed" in first["reason"]
    code, (second,) = ran(run)
    assert (code, len(tried)) == (2, 1)
    assert "rebinding.example is at 127.0.0.1, a loopback address" in second["reason"]
    assert not site.requests["/rebinding.json"]


def test_a_name_server_that_does_not_answer_costs_a_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()
    added(run, "http://silent.example/cards.json")
    monkeypatch.setenv("EVALGAP_MAX_FETCH_SECONDS", "0.1")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answered.wait() and [])
    code, (said,) = ran(run)
    answered.set()
    assert (code, "no name server says where silent.example is" in said["reason"]) == (2, True)


def test_beside_a_service_a_run_says_what_to_do_and_a_dry_run_runs(
    tmp_path: Path, cards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = tmp_path / "store"
    assert command(store, "sources", "add", cards, "--name", "ours", seed=False).returncode == 0
    with closing(open_store(store)) as engine:
        engine.commit("<urn:a> <urn:b> <urn:c> .")
        busy = command(store, "sources", "run", seed=False)
        assert busy.returncode == 2
        said = " ".join(busy.stderr.split())
        assert all(w in said for w in ("so nothing was stored", "EVALGAP_STORE_URL", "--dry-run"))
        for words in (("sources", "run", "--dry-run"), ("import", cards, "--dry-run")):
            done = command(store, *words, seed=False)
            assert (done.returncode, "3" in done.stdout) == (0, True), done.stderr


def test_a_run_says_what_is_new_revised_and_gone(run: Run, cards: Path) -> None:
    added(run, cards, "--name", "ours")
    code, (first,) = ran(run)
    assert (code, first["outcome"], len(first["new"])) == (0, "changed", 3)
    code, (again,) = ran(run)
    assert (code, again["outcome"], again["import"]) == (0, "unchanged", None)
    (cards / "one.json").write_bytes(card("one", "A single prompt"))
    (cards / "two.json").unlink()
    (cards / "four.json").write_bytes(card("four"))
    (cards / "three.json").write_bytes(card("three") + b"\n")
    dry = ran(run, "--dry-run")
    third = ran(run)
    assert {**third[1][0], "import": None} == dry[1][0]
    code, (said,) = third
    assert code == 0
    expected = {"new": 1, "revised": 1, "unchanged": 1, "gone": 1}
    assert {k: n for k, n in said["counts"].items() if n} == expected
    assert said["gone"] == [{"record": "card/two/me", "file": str(cards / "two.json")}]
    (revised,) = said["revised"]
    assert (revised["record"], revised["replaces"]) == ("card/one/me/2", "card/one/me/1")
    assert revised["fields"] == [
        {
            "field": "assumptions/interaction-type/answer",
            "before": "One turn",
            "after": "A single prompt",
        }
    ]
    listed = json.loads(run("sources", "list", "--json", seed=False).stdout)
    assert (listed["records"], listed["gone"], listed["outcome"]) == (3, 1, "changed")
    assert run("show", "card/two/me", seed=False).returncode == 0
    shown = run("imports", "show", said["import"][:8], seed=False).stdout
    assert f"source ours: {cards}" in shown
    assert run("imports", "undo", said["import"], seed=False).returncode == 0
    (after,) = ran(run)[1]
    assert after["outcome"] == "unchanged"
    assert "that import was undone, and --anew reads it again" in after["reason"]
    (cards / "two.json").write_bytes(card("two"))
    back = run("sources", "run", seed=False)
    assert "ours: changed: 1 new, 1 revised, 2 unchanged (import " in back.stdout
    assert "  new: card/four/me/3\n  revised: card/one/me/4, replaces" in back.stdout
    assert run("sources", "remove", "ours", seed=False).returncode == 0
    assert run("sources", "run", seed=False).returncode == 2
    assert run("show", "card/two/me", seed=False).returncode == 0


def test_a_file_that_breaks_is_not_gone(run: Run, cards: Path) -> None:
    added(run, cards)
    assert ran(run)[0] == 0
    (cards / "one.json").write_bytes(card("one")[:-9])
    done = run("sources", "run", seed=False)
    assert done.returncode == 1
    assert "cards: changed: 2 unchanged, 1 set aside\n" in done.stdout
    assert "set aside: " in done.stdout
    shutil.rmtree(cards)
    code, (said,) = ran(run)
    assert (code, said["outcome"], said["gone"]) == (2, "failed", [])
    cards.mkdir()
    code, (said,) = ran(run)
    assert (code, said["outcome"], said["gone"]) == (1, "no card", [])


def test_a_server_says_that_nothing_has_changed(run: Run, site: type[Site]) -> None:
    names = ("/etag.tar.gz", "/modified.tar.gz", "/same.tar.gz")
    headers: tuple[dict[str, str], ...] = (
        {"ETag": '"1"'},
        {"Last-Modified": "Sat, 28 Nov 2026 10:00:00 GMT"},
        {},
    )
    for name, own in zip(names, headers, strict=True):
        site.files[name], site.headers_of[name] = packed(name[1:5], f"{name[1:5]}-2"), own
        added(run, f"http://{site.host}{name}", "--allow-private")
    assert ran(run)[0] == 0
    code, said = ran(run)
    assert (code, {one["outcome"] for one in said}) == (0, {"unchanged"})
    site.files[names[0]], site.headers_of[names[0]] = packed("etag"), {"ETag": '"2"'}
    code, (*others, first) = ran(run)
    assert [g["record"] for g in first["gone"]] == ["card/etag-2/me"]
    assert {one["outcome"] for one in others} == {"unchanged"}
    site.files[names[0]], site.headers_of[names[0]] = packed("etag", "more")[:-40], {}
    code, (*_, part) = ran(run)
    assert (code, part["outcome"], part["gone"]) == (1, "read in part", [])
    assert [one["outcome"] for one in ran(run, "--anew", "same")[1]] == ["read, with nothing new"]


def test_a_mark_that_cannot_be_sent_back_is_not_kept(run: Run, site: type[Site]) -> None:
    site.files["/marked.json"] = card("marked")
    site.headers_of["/marked.json"] = {"ETag": '"\xe9"', "Last-Modified": "\xe9 yesterday"}
    added(run, f"http://{site.host}/marked.json", "--allow-private")
    assert ran(run)[0] == 0
    code, (again,) = ran(run)
    assert (code, again["outcome"]) == (0, "unchanged")


def test_what_is_packed_for_the_way_is_unpacked_beside_no_other(run: Run, site: type[Site]) -> None:
    site.files["/half.packed"] = card("plain")
    site.files["/half.zip"] = gzip.compress(card("packed"))
    site.headers_of["/half.zip"] = {"Content-Encoding": "gzip"}
    for name in ("half.packed", "half.zip"):
        added(run, f"http://{site.host}/{name}", "--name", name, "--allow-private")
    code, said = ran(run)
    assert (code, [one["new"] for one in said]) == (0, [["card/plain/me/1"], ["card/packed/me/1"]])


def test_what_no_import_reads_is_not_read(run: Run, cards: Path) -> None:
    (cards / "big.parquet").write_bytes(b"1")
    added(run, cards)
    assert len(ran(run)[1][0]["new"]) == 3
    (cards / "big.parquet").write_bytes(b"2")
    assert ran(run)[1][0]["outcome"] == "unchanged"


def test_a_store_that_was_lost_is_filled_again(run: Run, cards: Path, tmp_path: Path) -> None:
    added(run, cards)
    assert len(ran(run)[1][0]["new"]) == 3
    shutil.rmtree(tmp_path / "store")
    assert len(ran(run)[1][0]["new"]) == 3


def test_an_interrupted_run_is_whole_at_the_next(
    run: Run, cards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added(run, cards)

    def interrupted(raw: Any) -> Iterator[Any]:
        yield from documents(raw)
        os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr("service.ingest.sources.runs.documents", interrupted)
        code, (said,) = ran(run)
    assert (code, said["outcome"], said["gone"]) == (130, "interrupted", [])
    (cards / "one.json").unlink()
    code, (said,) = ran(run)
    assert (code, len(said["new"]), said["gone"][0]["record"]) == (0, 2, "card/one/me")
    assert {k: n for k, n in ran(run, "--anew")[1][0]["counts"].items() if n} == {"unchanged": 2}


def test_a_source_keeps_which_of_its_files_are_read(run: Run, cards: Path) -> None:
    added(run, cards, "--only", "*.json", "--ignore", "two.json", "--ignore", "three.*")
    code, (said,) = ran(run)
    assert (code, said["new"]) == (0, ["card/one/me/1"])
    listed = json.loads(run("sources", "list", "--json", seed=False).stdout)
    assert listed["ignore"] == ["two.json", "three.*"]
    assert (listed["only"], listed["hidden"]) == (["*.json"], False)


def test_no_route_knows_of_sources() -> None:
    # /sources is the bibliography of what records cite: it is read, and fetches nothing
    routes = (r for router in ROUTERS for r in router.routes if isinstance(r, APIRoute))
    named = [route for route in routes if "sources" in route.path]
    assert {method for route in named for method in route.methods or ()} <= {"GET", "HEAD"}
    assert {route.endpoint.__module__ for route in named} == {
        "service.web.api.sources", "service.web.pages.sources.routes"
    }  # fmt: skip
    for path in (ROOT / "service" / "web").rglob("*.py"):
        assert "ingest.sources" not in path.read_text(), path


def test_sources_are_named_once(run: Run, cards: Path) -> None:
    added(run, cards)
    for words, reason in {
        (cards,): "is a source already",
        (cards.parent, "--name", "cards"): "Give another name",
        (cards.parent, "--name", "Not so!"): "lower-case letters",
        (cards.parent, "--allow-private"): "not for paths",
    }.items():
        done = run("sources", "add", *words, seed=False)
        assert (done.returncode, reason in done.stderr) == (2, True), done.stderr
    assert run("sources", "remove", "other", seed=False).returncode == 2
    assert (cards.parent / "store-sources.sqlite").stat().st_mode & 0o77 == 0
