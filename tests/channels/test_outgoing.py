"""Requests to addresses that people set up: they reach the web and nothing inside."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from regard.base import Forbidden, Invalid, TooLarge, Unavailable
from regard.base.config import config
from regard.channels import Request, fetch, outgoing

PUBLIC, PRIVATE = "93.184.215.14", "10.0.0.7"


class Site(BaseHTTPRequestHandler):
    """A web server that says back what it was asked; some paths misbehave."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/drop":
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if self.path == "/drip":
            self._drip()
            return
        status, location = (302, "http://169.254.169.254/") if self.path == "/elsewhere" else (200, "")
        sent = b"x" * (2 << 20) if self.path == "/large" else f"{self.path} {self.headers['Host']} ".encode() + body
        self.send_response(status)
        self.send_header("Location", location)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def _drip(self) -> None:
        try:
            for _ in range(300):
                self.wfile.write(b"H")
                time.sleep(0.05)
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://shop.example:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def private_allowed(monkeypatch: pytest.MonkeyPatch, home) -> Iterator[None]:
    monkeypatch.setenv("REGARD_ALLOW_PRIVATE_ADDRESSES", "yes")
    config.cache_clear()
    yield
    config.cache_clear()


class Names:
    """A resolver that says these addresses, one list after another, and counts how often it was asked."""

    def __init__(self, *answers: list[str]):
        self.answers, self.asked = list(answers), 0

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]


def never(address: str, port: int) -> socket.socket:
    raise AssertionError(f"connected to {address}")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fd12::1",
        "ff02::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1", "2001:db8::1",
    ],
)  # fmt: skip
def test_an_address_inside_is_refused_before_anything_is_sent(address: str) -> None:
    with pytest.raises(Forbidden, match="private network"):
        fetch(Request("https://shop.example/hook"), resolve=Names([address]), connect=never)


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_an_address_outside_is_public(address: str) -> None:
    assert outgoing.is_public(address)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"])
def test_however_this_machine_is_written_it_is_refused(host: str) -> None:
    with pytest.raises(Forbidden):
        fetch(Request(f"http://{host}:8000/"), connect=never)


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(Forbidden):
        fetch(Request("https://shop.example/"), resolve=Names([PUBLIC, PRIVATE]), connect=never)


def test_a_name_that_resolves_to_something_else_a_moment_later_gains_nothing() -> None:
    names, reached = Names([PUBLIC], [PRIVATE]), []

    def connect(address: str, port: int) -> socket.socket:
        reached.append((address, port))
        raise ConnectionRefusedError

    with pytest.raises(Unavailable) as refused:
        fetch(Request("https://shop.example/hook"), resolve=names, connect=connect)
    assert refused.value.code == outgoing.UNREACHABLE
    assert reached == [(PUBLIC, 443)]
    assert names.asked == 1


def test_the_next_address_is_tried_when_one_does_not_answer(site: str) -> None:
    def connect(address: str, port: int) -> socket.socket:
        if address == PUBLIC:
            raise ConnectionRefusedError
        return outgoing.connected("127.0.0.1", port)

    assert fetch(Request(site), resolve=Names([PUBLIC, "1.1.1.1"]), connect=connect).status == 200


def test_a_request_arrives_under_its_own_name(site: str, private_allowed: None) -> None:
    got = fetch(Request(f"{site}/hook?a=1", body="Zażółć".encode()), resolve=Names(["127.0.0.1"]))
    assert got.body.decode() == f"/hook?a=1 {site.removeprefix('http://')} Zażółć"


def test_a_redirect_is_told_and_not_followed(site: str, private_allowed: None) -> None:
    got = fetch(Request(f"{site}/elsewhere"), resolve=Names(["127.0.0.1"]))
    assert (got.status, got.headers["location"]) == (302, "http://169.254.169.254/")


def test_an_answer_without_end_is_cut(site: str, private_allowed: None) -> None:
    with pytest.raises(TooLarge):
        fetch(Request(f"{site}/large"), resolve=Names(["127.0.0.1"]))


@pytest.mark.parametrize("path", ["/drop", "/drip"])
def test_no_answer_after_something_was_sent_is_told_apart(
    site: str, path: str, private_allowed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "WHOLE_SECONDS", 0.5)
    with pytest.raises(Unavailable) as refused:
        fetch(Request(site + path), resolve=Names(["127.0.0.1"]))
    assert refused.value.code == outgoing.UNANSWERED


def test_a_server_without_a_certificate_for_its_name_gets_nothing(site: str, private_allowed: None) -> None:
    with pytest.raises(Unavailable) as refused:
        fetch(Request(site.replace("http:", "https:")), resolve=Names(["127.0.0.1"]))
    assert refused.value.code == outgoing.UNREACHABLE


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "gopher://shop.example/", "shop.example", "", "https://", "https://ann:pw@shop.example/",
        "https://shop.example/a b", "https://shop.example/\r\nX: y", "https://shop.example:99999/",
        "https://shop.example:0/", "https://[::1/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        fetch(Request(url), resolve=Names([PUBLIC]), connect=never)


def test_a_header_cannot_begin_another() -> None:
    with pytest.raises(Invalid):
        fetch(Request("https://shop.example/", headers={"X": "a\r\nY: b"}), resolve=Names([PUBLIC]), connect=never)


def test_a_name_without_an_address_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="has no address"):
        fetch(Request("https://nowhere.invalid/"), connect=never)
