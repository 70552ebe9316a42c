"""Lists of decisions as servers of the Fediverse exchange them: CSV with one domain per line.

Written with the columns `#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate`; read
also without the marks, in another order, or as bare names. What was decided here stays as it is.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from coffee_node.base.errors import CoffeeError, InvalidDocument
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import moderation
from coffee_node.federation.account_models import Account
from coffee_node.federation.moderation import Decision

COLUMNS = ("domain", "severity", "reject_media", "reject_reports", "public_comment", "obfuscate")
SEVERITIES: Mapping[str, str] = {"silence": "silence", "limit": "silence", "suspend": "suspend"}
NOTHING = frozenset({"noop", "none"})
MAX_BYTES = 2 * 1024 * 1024
MAX_LINES = 50_000


@dataclass
class Imported:
    """What a list says: `added` is new here, `kept` was decided before, `skipped` is told with its line."""

    added: list[Decision] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def write_list() -> str:
    """Every silenced and suspended domain as CSV; allowed ones are of no use to others."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow([f"#{name}" for name in COLUMNS])
    for policy in moderation.policies():
        if policy.level in SEVERITIES:
            rejects = str(policy.level == "suspend").lower()
            comment = " ".join(policy.reason.split())
            lines.writerow([policy.host, policy.level, rejects, rejects, comment, "false"])
    return out.getvalue()


def read_list(data: bytes) -> Imported:
    """Compare a list with what is decided here; nothing is written. InvalidDocument when it is no list."""
    found = Imported()
    known = {policy.host for policy in moderation.policies()}
    seen: set[str] = set()
    for number, line in _lines(data):
        domain, severity = line.get("domain", ""), line.get("severity", "") or "suspend"
        try:
            decision = _decision(domain, severity, line.get("public_comment", ""))
        except CoffeeError as error:
            found.skipped.append(_("line %(line)d: %(why)s", line=number, why=error.message))
            continue
        if decision is None or decision.host in seen:
            continue
        seen.add(decision.host)
        if decision.host in known:
            found.kept.append(decision.host)
        else:
            found.added.append(decision)
    return found


def import_list(data: bytes, account: Account | None = None) -> Imported:
    """Decide what a list says about domains of which nothing was decided here yet, in one commit."""
    found = read_list(data)
    if found.added:
        moderation.decide_all(found.added, account)
    return found


def _decision(domain: str, severity: str, comment: str) -> Decision | None:
    """One line of a list; None for one that decides nothing."""
    severity = severity.strip().lower()
    if severity in NOTHING:
        return None
    if severity not in SEVERITIES:
        raise InvalidDocument(_("%(word)s is not known: use silence or suspend.", word=severity[:50]))
    decision = Decision(moderation.domain_of(domain), SEVERITIES[severity], comment)
    moderation.check(decision)
    return decision


def _lines(data: bytes) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The lines by column, with their numbers; empty lines and remarks are left out."""
    if len(data) > MAX_BYTES:
        raise InvalidDocument(_("The list is larger than 2 MB."), _("Cut it into several files."))
    try:
        text = data.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text)))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidDocument(_("This is not a list of servers."), _("Choose a CSV file.")) from error
    if len(rows) > MAX_LINES:
        raise InvalidDocument(_("The list is too long."), _("Cut it into several files."))
    columns = _columns(rows[0]) if rows else None
    for number, row in enumerate(rows[1:] if columns else rows, start=2 if columns else 1):
        if not row or not row[0].strip() or row[0].lstrip().startswith("#"):
            continue
        yield number, dict(zip(columns or COLUMNS[:2], row, strict=False))


def _columns(row: Sequence[str]) -> list[str] | None:
    """The names of the columns, where the first line names them."""
    names = [cell.strip().lstrip("#").lower() for cell in row]
    return names if "domain" in names else None
