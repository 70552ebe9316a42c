"""Floor 2: federation with a memory - actors, follows, ledgers, inbox, outbox and the worker."""
