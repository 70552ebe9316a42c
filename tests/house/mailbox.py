"""What a node has written to somebody: the mails that wait in its table, and the links in them."""

from __future__ import annotations

import re

from coffee_node.base.mail import Mail
from coffee_node.testing import TestNode


def mails_to(node: TestNode, recipient: str) -> list[Mail]:
    """The mails of a node to one address, oldest first."""
    return node.rows(Mail, recipient=recipient)


def link_in(mail: Mail, part: str) -> str:
    """The one address in a mail that holds this part."""
    found = re.findall(rf"https?://\S*{re.escape(part)}\S*", mail.text)
    assert len(found) == 1, mail.text
    return str(found[0])
