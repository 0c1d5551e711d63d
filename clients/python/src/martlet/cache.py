"""Decides how Python code asks the cache of results: a block that has the value, or is to compute it.

    with martlet.cache_key("prices/2026-11-21", expires=3600) as entry:
        if not entry.hit:
            entry.value = download()
        use(entry.value)

Of several processes that ask for one key at the same time one computes and the others wait for it; when it dies, the
next one is let in. What an exception leaves is not kept. Nothing is cached that does not ask for it.
"""

from __future__ import annotations

import datetime
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Optional, Type, Union

from martlet.ids import uuid7

if TYPE_CHECKING:
    from martlet.client import Client

# A value up to this goes into the entry itself, a larger one is stored beside it.
INLINE = 200 * 1024
# The longest that one call waits for another holder; its answer is asked for again until `wait` is over.
POLL = 30.0

Span = Union[float, int, datetime.timedelta]


class Busy(Exception):
    """Another process computes the value, and did not end within `wait`."""


class CacheEntry:
    """A key of the cache inside its block."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.hit = False
        """Whether the value was there."""
        self.source_run_id = ""
        """The run that computed the value, when it was there."""
        self._value: Any = None
        self._is_set = False

    @property
    def value(self) -> Any:
        """The value: plain JSON. Set it where there is none, and it is kept when the block is left."""
        if not self._is_set:
            raise LookupError(f"the cache has no value for {self.key!r}: compute and set it")
        return self._value

    @value.setter
    def value(self, value: Any) -> None:
        from martlet import values

        values.value(value, "value")
        self._value = value
        self._is_set = True

    def _found(self, value: Any, source_run_id: str) -> None:
        self._value, self._is_set, self.hit = value, True, True
        self.source_run_id = source_run_id


class CacheBlock:
    """A key of the cache, to be used in a `with` block. Made by `cache_key`."""

    def __init__(
        self,
        key: str,
        *,
        expires: Optional[Span] = None,
        refresh: bool = False,
        isolation: str = "serializable",
        lease: Span = 60,
        wait: Optional[float] = None,
        client: "Optional[Client]" = None,
    ) -> None:
        self.key = key
        self.expires = expires
        self.refresh = refresh
        self.isolation = "CACHE_ISOLATION_" + isolation.upper()
        self.lease = lease
        self.wait = wait
        self._client = client
        self._owned: "Optional[Client]" = None
        self._token = ""
        self._entry: Optional[CacheEntry] = None
        self._left = threading.Event()
        self._keeper: Optional[threading.Thread] = None

    def __enter__(self) -> CacheEntry:
        if self._entry is not None:
            raise RuntimeError("this key was asked for already; make another block")
        if self._client is None:
            from martlet.client import Client
            from martlet.profile import setting

            self._client = self._owned = Client(
                namespace=setting("MARTLET_NAMESPACE"), timeout=POLL + 30
            )
        try:
            self._entry = CacheEntry(self.key)
            self._ask(self._entry)
        except BaseException:
            self._close()
            raise
        return self._entry

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        entry, client = self._entry, self._client
        assert entry is not None and client is not None
        try:
            if entry.hit:
                return
            self._left.set()
            if self._keeper is not None:
                self._keeper.join()
            if error is None and entry._is_set:
                self._commit(entry._value)
            else:
                client.results.release_cache_key(token=self._token)
        finally:
            self._close()

    def _close(self) -> None:
        if self._owned is not None:
            self._owned.close()

    def _ask(self, entry: CacheEntry) -> None:
        from martlet import v1
        from martlet.run import current_run

        assert self._client is not None
        run = current_run()
        self._token = uuid7()
        end = None if self.wait is None else time.monotonic() + self.wait
        while True:
            if run is not None:
                run.checkpoint()
            left = POLL if end is None else max(0.0, min(POLL, end - time.monotonic()))
            answer = self._client.results.reserve_cache_key(
                v1.ReserveCacheKeyRequest(
                    key=self.key, token=self._token, refresh=self.refresh, run_id=run.id if run else ""
                ),
                isolation=self.isolation,
                lease=self.lease,
                expire_after=self.expires,
                wait=left,
            )
            outcome = answer.WhichOneof("outcome")
            if outcome == "hit":
                entry._found(self._read(answer.hit.payload), answer.hit.source_run_id)
                return
            if outcome == "reserved":
                self._keeper = threading.Thread(target=self._keep, name="martlet-cache", daemon=True)
                self._keeper.start()
                return
            if end is not None and time.monotonic() >= end:
                raise Busy(f"{self.key!r} is computed by run {answer.busy.run_id or 'unknown'}")

    def _keep(self) -> None:
        """Renews the lease while the block goes on."""
        from martlet.errors import MartletError

        assert self._client is not None
        lease = self.lease.total_seconds() if isinstance(self.lease, datetime.timedelta) else self.lease
        while not self._left.wait(max(0.3, lease / 3)):
            try:
                self._client.results.reserve_cache_key(
                    key=self.key,
                    token=self._token,
                    isolation=self.isolation,
                    lease=self.lease,
                    expire_after=self.expires,
                    refresh=self.refresh,
                )
            except MartletError:
                pass  # the next time, or the commit says that it lapsed

    def _commit(self, value: Any) -> None:
        from martlet import v1, values
        from martlet.errors import MartletError

        assert self._client is not None
        payload = v1.Payload(media_type="application/json", json=values.value(value))
        try:
            if payload.ByteSize() > INLINE:
                payload = self._client.results.put_result(id=uuid7(), payload=payload).payload
            self._client.results.commit_cache_key(token=self._token, payload=payload)
        except MartletError as error:
            # The value is computed and the program has it; that nobody else will is no reason to fail.
            if error.reason != "CACHE_TOKEN_LAPSED":
                raise

    def _read(self, payload: Any) -> Any:
        from martlet import values

        assert self._client is not None
        if payload.WhichOneof("body") == "uri":
            payload = self._client.results.get_result(id=payload.uri).payload
        if payload.WhichOneof("body") == "json":
            return values.plain(payload.json)
        return payload.data if payload.WhichOneof("body") == "data" else payload.uri


def cache_key(
    key: str,
    *,
    expires: Optional[Span] = None,
    refresh: bool = False,
    isolation: str = "serializable",
    lease: Span = 60,
    wait: Optional[float] = None,
    client: "Optional[Client]" = None,
) -> CacheBlock:
    """The value of a key, or the lease on computing it.

    `expires` is how long the value is used, in seconds; None for ever. `refresh` computes anew. `isolation` is
    "serializable" (one computes, others wait) or "read_committed" (everyone computes, the first is kept). `lease`
    is how long a dead process keeps the key; while the block goes on it is renewed. `wait` bounds the wait for
    another process, then Busy is raised; None waits as long as one computes.
    """
    return CacheBlock(
        key,
        expires=expires,
        refresh=refresh,
        isolation=isolation,
        lease=lease,
        wait=wait,
        client=client,
    )
