"""One call to a gateway: bounded, and never believed half."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from abonent.payments import http
from abonent.payments.gateway import GatewayUnavailable
from tests.payments.providers.stand_in import SLOW, Request, StandIn


class Echo(StandIn):
    def answer(self, request: Request) -> tuple[int, Any]:
        return 200, {"amount": 0.1, "path": request.path}


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    with server.open():
        yield server


def call(echo: Echo, read_seconds: float = 15.0, **sent: Any) -> http.Reply:
    return http.call("GET", f"{echo.address}/there", timeout=(5.0, read_seconds), headers={}, **sent)


def test_an_answer_that_is_whole(echo: Echo) -> None:
    reply = call(echo, query={"a": "1"})
    assert (reply.status, reply.values()) == (200, {"amount": Decimal("0.1"), "path": "/there"})
    assert echo.seen[0].query == {"a": "1"}


@pytest.mark.parametrize("kind", SLOW)
def test_one_that_takes_too_long(echo: Echo, kind: str) -> None:
    echo.fault(kind)
    with pytest.raises(GatewayUnavailable, match=r"ReadTimeout|does not end"):
        http.call("GET", echo.address, timeout=(0.1, 0.1), headers={})


def test_one_that_does_not_end(echo: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_ANSWER", 20)
    with pytest.raises(GatewayUnavailable, match="does not end"):
        call(echo)


def test_a_redirect_is_not_followed_with_the_secret(echo: Echo) -> None:
    echo.fault("redirect")
    with pytest.raises(GatewayUnavailable, match="HTTP 302"):
        call(echo)
    assert [request.path for request in echo.seen] == ["/there"]


def test_the_servers_netrc_is_none_of_the_gateways_business(
    echo: Echo, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login admin password letmein\n", "utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    call(echo)
    assert "Authorization" not in echo.seen[0].headers


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"1", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_object(body: bytes) -> None:
    with pytest.raises(GatewayUnavailable):
        http.Reply(200, body).values()


def test_why_it_said_no() -> None:
    assert http.Reply(400, b'{"message": "too much"}').reason("error", "message") == "too much (HTTP 400)"
    assert http.Reply(403, b"<html>").reason("message") == "refused (HTTP 403)"


def test_a_gateway_that_cannot_prove_its_name_is_told_nothing(tmp_path: Path) -> None:
    """A certificate that nobody vouches for: the connection ends before the secret is sent."""
    heard: list[bytes] = []
    with tls_server(tmp_path, heard) as port, pytest.raises(GatewayUnavailable, match="SSLError"):
        http.call(
            "GET", f"https://127.0.0.1:{port}/", timeout=(5.0, 5.0), headers={"Authorization": "secret"}
        )
    assert heard == []


@contextmanager
def tls_server(folder: Path, heard: list[bytes]) -> Iterator[int]:
    """Answers one connection, with a certificate of its own making."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder))

    def serve() -> None:
        with (
            suppress(OSError),
            listening.accept()[0] as raw,
            context.wrap_socket(raw, server_side=True) as one,
        ):
            heard.append(one.recv(1000))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(10)


def _certificate(folder: Path) -> Path:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "its-own.pem"
    path.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return path
