"""Requests made by hand, down to the bytes: signatures of both schemes, raw sockets, answers read plainly."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ACTIVITY = "application/activity+json"
USUAL = "(request-target) host date digest"
USUAL_9421 = ("@method", "@target-uri", "content-digest", "content-type")
Pairs = list[tuple[str, str]]


class Key:
    """A key pair of a remote actor; it signs any text."""

    def __init__(self, bits: int = 2048, *, is_ed25519: bool = False) -> None:
        self.private: RSAPrivateKey | Ed25519PrivateKey = (
            Ed25519PrivateKey.generate() if is_ed25519 else generate_private_key(65537, bits)
        )

    @property
    def pem(self) -> str:
        """The public part."""
        public = self.private.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, text: str) -> str:
        """A signature in base64."""
        if isinstance(self.private, RSAPrivateKey):
            return b64(self.private.sign(text.encode("latin-1", "replace"), PKCS1v15(), SHA256()))
        return b64(self.private.sign(text.encode()))


def b64(raw: bytes) -> str:
    """Bytes in base64."""
    return base64.b64encode(raw).decode("ascii")


def digest_of(body: bytes, name: str = "SHA-256") -> str:
    """A `Digest` value; the name also says which hash."""
    method: Callable[[bytes], Any] = hashlib.sha512 if "512" in name else hashlib.sha256
    return f"{name}={b64(method(body).digest())}"


def http_date(**offset: float) -> str:
    """The present as a Date header, moved by `days=-2`."""
    return format_datetime(datetime.now(UTC) + timedelta(**offset), usegmt=True)


def stamp(**offset: float) -> int:
    """The present as seconds since 1970, moved."""
    return int((datetime.now(UTC) + timedelta(**offset)).timestamp())


@dataclass
class Post:
    """One POST in the making: every part can be changed before or after it is signed."""

    host: str
    path: str
    body: bytes
    key: Key
    key_id: str
    method: str = "POST"
    content_type: str = ACTIVITY
    headers: dict[str, str] = field(default_factory=dict)
    signed_as: dict[str, str] = field(default_factory=dict)

    def cavage(
        self,
        names: str = USUAL,
        *,
        algorithm: str | None = "rsa-sha256",
        parameters: str = "",
        **values: str | None,
    ) -> Post:
        """Sign by draft-cavage; `values` replace headers (None: left out), `signed_as` what is signed."""
        present: dict[str, str] = {
            "host": self.host,
            "date": http_date(),
            "digest": digest_of(self.body),
            "content-type": self.content_type,
        }
        present |= {name.replace("_", "-"): value for name, value in values.items() if value is not None}
        for name, value in values.items():
            if value is None:
                present.pop(name.replace("_", "-"), None)
        known = {"(request-target)": f"{self.method.lower()} {self.path}", **present, **self.signed_as}
        text = "\n".join(f"{name}: {known[name]}" for name in names.split())
        label = "" if algorithm is None else f'algorithm="{algorithm}",'
        signature = (
            f'keyId="{self.key_id}",{label}{parameters}headers="{names}",signature="{self.key.sign(text)}"'
        )
        self.headers = {**present, "signature": signature}
        return self

    def rfc9421(
        self,
        covered: Sequence[str] = USUAL_9421,
        *,
        parameters: str | None = None,
        label: str = "sig1",
        **values: str | None,
    ) -> Post:
        """Sign by RFC 9421; `parameters` replace what follows the list of components."""
        digest = f"sha-256=:{digest_of(self.body).partition('=')[2]}:"
        present = {"host": self.host, "content-digest": digest, "content-type": self.content_type}
        present |= {name.replace("_", "-"): value for name, value in values.items() if value is not None}
        for name, value in values.items():
            if value is None:
                present.pop(name.replace("_", "-"), None)
        known = {
            "@method": self.method,
            "@target-uri": f"http://{self.host}{self.path}",
            "@authority": self.host,
            "@path": self.path,
            **present,
            **self.signed_as,
        }
        listed = " ".join(name if ";" in name else f'"{name}"' for name in covered)
        ending = f';created={stamp()};keyid="{self.key_id}";alg="rsa-v1_5-sha256"'
        described = f"({listed}){ending if parameters is None else parameters}"
        lines = [
            f"{name if ';' in name else chr(34) + name + chr(34)}: {known[name.split(';')[0].strip(chr(34))]}"
            for name in covered
        ]
        text = "\n".join([*lines, f'"@signature-params": {described}'])
        self.headers = {
            **present,
            "signature-input": f"{label}={described}",
            "signature": f"{label}=:{self.key.sign(text)}:",
        }
        return self

    def with_headers(self, **changes: str | None) -> Post:
        """Change headers after signing; None takes one away."""
        for name, value in changes.items():
            wanted = name.replace("_", "-")
            if value is None:
                self.headers.pop(wanted, None)
            else:
                self.headers[wanted] = value
        return self

    def raw(self, *, extra: Pairs | None = None, body: bytes | None = None, length: bool = True) -> bytes:
        """The bytes of the request; `body` replaces the signed one."""
        sent = self.body if body is None else body
        pairs = [*self.headers.items(), *(extra or [])]
        if length and not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in pairs):
            pairs.append(("content-length", str(len(sent))))
        head = "".join(f"{name}: {value}\r\n" for name, value in pairs)
        return f"{self.method} {self.path} HTTP/1.1\r\n{head}\r\n".encode("latin-1", "replace") + sent


@dataclass(frozen=True)
class Answer:
    """What came back, and after how long; status 0: the connection was closed without an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def detail(self) -> str:
        """The `detail` of a problem document."""
        return str(json.loads(self.body).get("detail", "")) if self.body.startswith(b"{") else ""


class Wire:
    """One connection, from an address of the test's own choice."""

    def __init__(self, address: tuple[str, int], source: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection(address, timeout=15, source_address=(source, 0))
        self.began = time.monotonic()

    def send(self, data: bytes) -> None:
        """Send bytes; a server that has hung up already is no error."""
        try:
            self.socket.sendall(data)
        except OSError:
            return

    def answer(self, *, is_head: bool = False) -> Answer:
        """Read one answer as it is, interim ones skipped."""
        reader = self.socket.makefile("rb")
        try:
            line = reader.readline()
            while line.startswith(b"HTTP/1.1 100"):
                while reader.readline() not in (b"\r\n", b""):
                    continue
                line = reader.readline()
            if not line:
                return Answer(0, {}, b"", time.monotonic() - self.began)
            headers: dict[str, str] = {}
            while (row := reader.readline()) not in (b"\r\n", b""):
                name, _, value = row.decode("latin-1").partition(":")
                headers[name.strip().lower()] = value.strip()
            body = b"" if is_head else reader.read(int(headers.get("content-length", "0")))
        except OSError:
            return Answer(0, {}, b"", time.monotonic() - self.began)
        return Answer(int(line.split()[1]), headers, body, time.monotonic() - self.began)

    def close(self) -> None:
        """Hang up."""
        self.socket.close()


def exchange(
    address: tuple[str, int], data: bytes, source: str = "127.0.0.1", *, is_head: bool = False
) -> Answer:
    """Send bytes, read one answer, hang up."""
    wire = Wire(address, source)
    try:
        wire.send(data)
        return wire.answer(is_head=is_head)
    finally:
        wire.close()


def all_at_once(address: tuple[str, int], requests: Sequence[bytes]) -> list[Answer]:
    """Send each request over a connection of its own, all in the same moment; the answers in their order."""
    start = threading.Barrier(len(requests))

    def send(data: bytes) -> Answer:
        wire = Wire(address)
        try:
            start.wait(timeout=15)
            wire.send(data)
            return wire.answer()
        finally:
            wire.close()

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(send, requests))
