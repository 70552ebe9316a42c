"""How each person wants to be told: on the page or not, and in which rhythm by mail, for every kind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import delete, select, update

from coffee_node.base.contracts import NoticeKind
from coffee_node.base.database import db
from coffee_node.federation.account_models import Account
from coffee_node.federation.notice_models import NoticeChoice, Notification
from coffee_node.node import current_node

RHYTHMS = ("now", "daily", "weekly", "never")
DIGESTS = ("daily", "weekly")
WAITING = ("now", *DIGESTS)

Choice = tuple[bool, str]
Chosen = Mapping[str, Choice]


def choices_of(account_ids: Collection[int]) -> dict[int, dict[str, Choice]]:
    """What these accounts have chosen, by account and kind, in one query."""
    found: dict[int, dict[str, Choice]] = {account_id: {} for account_id in account_ids}
    query = select(NoticeChoice).where(NoticeChoice.account_id.in_(account_ids))
    for row in db.session.scalars(query) if account_ids else ():
        found[row.account_id][row.kind] = (row.on_page, row.rhythm)
    return found


def choice_for(kind: NoticeKind, chosen: Chosen) -> Choice:
    """Whether a kind is wanted on the page, and in which rhythm by mail; its own default until chosen."""
    if kind.name in chosen:
        return chosen[kind.name]
    is_ended = _digest_name(kind.rhythm) in chosen
    return True, "never" if is_ended else kind.rhythm


def choice_of(account: Account, kind: NoticeKind) -> Choice:
    """Whether an account wants a kind of notice on the page, and in which rhythm by mail."""
    return choice_for(kind, choices_of([account.id])[account.id])


def choose(account: Account, choices: Chosen) -> None:
    """Keep what somebody chose, inside the caller's write(); what waits for a mail follows the new rhythm."""
    named = [*choices, *map(_digest_name, DIGESTS)]
    mine = NoticeChoice.account_id == account.id
    db.session.execute(delete(NoticeChoice).where(mine, NoticeChoice.kind.in_(named)))
    for kind, (on_page, rhythm) in choices.items():
        db.session.add(NoticeChoice(account_id=account.id, kind=kind, on_page=on_page, rhythm=rhythm))
        _move_waiting(account, [kind], rhythm)


def end_kinds(account: Account, kinds: Iterable[str]) -> None:
    """No mail about these kinds any more, inside the caller's write(); on the page they stay as they were."""
    chosen = choices_of([account.id])[account.id]
    for name in kinds:
        kind = current_node.notice_kinds.get(name)
        on_page = choice_for(kind, chosen)[0] if kind is not None else True
        _set(account, name, on_page)


def end_digest(account: Account, rhythm: str) -> None:
    """No daily or weekly mail any more, inside the caller's write(), also for kinds still to come."""
    chosen = choices_of([account.id])[account.id]
    for name, (on_page, wanted) in chosen.items():
        if wanted == rhythm:
            _set(account, name, on_page)
    _set(account, _digest_name(rhythm), True)
    waiting = update(Notification).where(Notification.account_id == account.id, Notification.mail == rhythm)
    db.session.execute(waiting.values(mail="none"))


def _digest_name(rhythm: str) -> str:
    return f"*{rhythm}"


def _set(account: Account, kind: str, on_page: bool) -> None:
    mine = NoticeChoice.account_id == account.id
    db.session.execute(delete(NoticeChoice).where(mine, NoticeChoice.kind == kind))
    db.session.add(NoticeChoice(account_id=account.id, kind=kind, on_page=on_page, rhythm="never"))
    _move_waiting(account, [kind], "never")


def _move_waiting(account: Account, kinds: Collection[str], rhythm: str) -> None:
    waiting = update(Notification).where(
        Notification.account_id == account.id,
        Notification.kind.in_(kinds),
        Notification.mail.in_(WAITING),
    )
    db.session.execute(waiting.values(mail="none" if rhythm == "never" else rhythm))
