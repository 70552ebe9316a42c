"""Connections with TLS: the certificate is that of the host, and a handshake cannot last."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from coffee_node.activitypub.guarded_adapter import GuardedAdapter, tls_context
from coffee_node.activitypub.http_client import HttpClient
from coffee_node.activitypub.url_guard import UrlGuard
from coffee_node.base import clock
from coffee_node.base.errors import FetchError
from tests.unit.activitypub.servers import http_answer, send, serving

pytestmark = pytest.mark.enable_socket


def certificate(folder: Path, host: str) -> tuple[Path, ssl.SSLContext]:
    """A self-signed certificate as file, and the context of a server that shows it."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(clock.utcnow() - timedelta(days=1))
        .not_valid_after(clock.utcnow() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    file = folder / f"{host}.pem"
    signed = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + signed.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return file, context


def to_loopback(host: str, port: int, **kwargs: Any) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


def client(ca_file: Path, **options: Any) -> HttpClient:
    context = tls_context(str(ca_file))
    guard = UrlGuard(development=True, resolver=to_loopback)
    return HttpClient(guard, "coffee-node/0", adapter_factory=lambda: GuardedAdapter(context), **options)


def test_a_host_with_its_certificate_is_asked_over_one_connection(tmp_path: Path) -> None:
    file, context = certificate(tmp_path, "tournai.example")
    names: list[str | None] = []
    context.sni_callback = lambda sock, name, context: names.append(name)
    answer = send(http_answer(b'{"a":1}', Content_Type="application/json"))
    http = client(file)
    with serving(answer, lambda sock: context.wrap_socket(sock, server_side=True)) as server:
        port = server.url.rpartition(":")[2]
        for _ in range(2):
            assert http.fetch_json(f"https://tournai.example:{port}/a") == {"a": 1}
        assert server.connections == 1
        assert f"Host: tournai.example:{port}\r\n".encode() in server.requests[0]
        http.close()
    assert names == ["tournai.example"]


@pytest.mark.parametrize("shown", ["victim.example", "other.tournai.example"])
def test_a_host_with_the_certificate_of_another_is_refused(tmp_path: Path, shown: str) -> None:
    file, context = certificate(tmp_path, shown)
    http = client(file)
    with serving(send(b""), lambda sock: context.wrap_socket(sock, server_side=True)) as server:
        port = server.url.rpartition(":")[2]
        with pytest.raises(FetchError, match=r"(?i)certificate") as caught:
            http.fetch_json(f"https://tournai.example:{port}/a")
        assert server.requests == []
    assert caught.value.temporary


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    _, context = certificate(tmp_path, "tournai.example")
    http = HttpClient(UrlGuard(True, to_loopback), "coffee-node/0")
    with serving(send(b""), lambda sock: context.wrap_socket(sock, server_side=True)) as server:
        port = server.url.rpartition(":")[2]
        with pytest.raises(FetchError, match=r"(?i)certificate"):
            http.fetch_json(f"https://tournai.example:{port}/a")
        assert server.requests == []


def test_h42i_a_handshake_that_does_not_end_is_cut(tmp_path: Path) -> None:
    file, _ = certificate(tmp_path, "tournai.example")

    def drip(connection: socket.socket) -> socket.socket:
        pause = threading.Event()
        connection.sendall(b"\x16\x03\x03\x40\x00")
        while not pause.wait(0.02):
            connection.sendall(b"\x02")
        return connection

    http = client(file, total_timeout=0.3)
    with serving(send(b""), drip) as server:
        port = server.url.rpartition(":")[2]
        started = time.monotonic()
        with pytest.raises(FetchError, match="too long"):
            http.fetch_json(f"https://tournai.example:{port}/a")
        assert time.monotonic() - started < 3


def test_h42i_a_dripping_body_is_cut_under_tls_too(tmp_path: Path) -> None:
    file, context = certificate(tmp_path, "tournai.example")

    def drip(connection: socket.socket, request: bytes) -> None:
        pause = threading.Event()
        connection.sendall(http_answer(b"", Content_Length="100000", Content_Type="application/json"))
        while not pause.wait(0.02):
            connection.sendall(b"x")

    http = client(file, total_timeout=0.5)
    with serving(drip, lambda sock: context.wrap_socket(sock, server_side=True)) as server:
        port = server.url.rpartition(":")[2]
        started = time.monotonic()
        with pytest.raises(FetchError, match="too long"):
            http.fetch_json(f"https://tournai.example:{port}/a")
        assert time.monotonic() - started < 3


def test_every_thread_has_its_own_connections_and_all_can_be_closed(tmp_path: Path) -> None:
    file, context = certificate(tmp_path, "tournai.example")
    http = client(file)
    answer = send(http_answer(b"{}", Content_Type="application/json"))
    with serving(answer, lambda sock: context.wrap_socket(sock, server_side=True)) as server:
        url = f"https://tournai.example:{server.url.rpartition(':')[2]}/a"
        threads = [threading.Thread(target=http.fetch_json, args=(url,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.connections == 3
        http.close()
        assert http.fetch_json(url) == {}
        assert server.connections == 4
        http.close()
