"""draft-cavage signatures made by hand, so that every part of them can be wrong."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from coffee_node.activitypub.signatures import Signer, read_cavage
from coffee_node.activitypub.signed_request import RequestSignature, SignatureError, http_date
from tests.unit.activitypub.conftest import NOW
from tests.unit.activitypub.samples import BODY, HOSTS, arrived

Headers = dict[str, str]
KEY = "https://evil.example/actors/space#main-key"


def read(headers: Headers, **changes: Any) -> RequestSignature:
    return read_cavage(arrived(headers, **changes), now=NOW, hosts=HOSTS)


def hand_signed(
    signer: Signer,
    names: str,
    values: Headers,
    algorithm: str | None = "rsa-sha256",
    extra: str = "",
    target: str = "post /actors/mutualab/inbox",
) -> Headers:
    """A request signed by somebody who chooses every part himself."""
    known = {"(request-target)": target, **values}
    text = "\n".join(f"{name}: {known[name]}" for name in names.split())
    label = "" if algorithm is None else f'algorithm="{algorithm}",'
    signature = f'keyId="{KEY}",{label}{extra}headers="{names}",signature="{signer.sign(text)}"'
    sent = {name: value for name, value in values.items() if not name.startswith("(")}
    return sent | {"Signature": signature}


def digest(body: bytes = BODY, name: str = "SHA-256", method: Callable[[bytes], Any] = hashlib.sha256) -> str:
    return f"{name}={base64.b64encode(method(body).digest()).decode()}"


def plain(moment: datetime = NOW, **changes: str) -> Headers:
    return {"host": "lille.example", "date": http_date(moment), "digest": digest(), **changes}


USUAL = "(request-target) host date digest"


def refused(headers: Headers, check: str, **changes: Any) -> None:
    with pytest.raises(SignatureError) as caught:
        read(headers, **changes)
    assert caught.value.check == check
    assert caught.value.status == 401
