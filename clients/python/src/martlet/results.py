"""Decides how a result that is too long for a state is stored: in parts, from where the server has it on after a break.

    address = martlet.results.put(open("model.bin", "rb").read(), media_type="application/octet-stream")
    data = martlet.results.get(address)
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, BinaryIO, Iterator, Optional, Union

from martlet.errors import MartletError
from martlet.event import shared_client
from martlet.ids import uuid7

if TYPE_CHECKING:
    from martlet import v1
    from martlet.client import Client

# So much in a message, so often while no byte more arrives, and so long between two attempts at most.
PART, ATTEMPTS, LONGEST_PAUSE = 256 * 1024, 10, 5.0
# How the address of a stored result begins.
ADDRESS = "martlet:result/"


def put(
    data: Union[bytes, BinaryIO],
    *,
    media_type: str = "application/octet-stream",
    run_id: str = "",
    id: str = "",
    client: "Optional[Client]" = None,
) -> str:
    """Stores bytes, or what a file that can be searched holds, and returns the address, which may stand as the result of a run.

    An upload that breaks goes on where it was. Repeating an `id` stores nothing twice. Raises MartletError: UNAVAILABLE when
    the server stays away, INVALID_ARGUMENT when it does not take so much.
    """
    return payload(data, media_type=media_type, run_id=run_id, id=id, client=client).uri


def get(address: str, *, client: "Optional[Client]" = None) -> bytes:
    """The bytes that an address of `put`, or its id, stands for. Raises MartletError, NOT_FOUND when there are none."""
    id = address[len(ADDRESS) :] if address.startswith(ADDRESS) else address
    with (client or shared_client()).results.download_result(id=id) as parts:
        return b"".join(part.data for part in parts)


def payload(
    data: Union[bytes, BinaryIO],
    *,
    media_type: str,
    run_id: str = "",
    id: str = "",
    client: "Optional[Client]" = None,
) -> "v1.Payload":
    """As `put`; returns what a state holds in place of the value."""
    from martlet import v1

    client = client or shared_client()
    source = _Source(data)
    start = v1.UploadResultRequest.Start(
        id=id or uuid7(), run_id=run_id, media_type=media_type, digest=source.digest, size=source.size
    )
    failures = 0
    while True:
        try:
            return client.results.upload_result(_parts(start, source)).payload
        except MartletError as error:
            is_behind = error.reason == "UPLOAD_OFFSET"
            if error.code != "UNAVAILABLE" and not is_behind:
                raise
            failures += 1
            if failures >= ATTEMPTS:
                raise
        if not is_behind:
            time.sleep(min(LONGEST_PAUSE, 0.15 * 2**failures))
        received = _received(client, start.id)
        if received is not None and received > start.offset:
            failures = 0
        start.offset = received if received is not None else start.offset


def _parts(start: "v1.UploadResultRequest.Start", source: "_Source") -> "Iterator[v1.UploadResultRequest]":
    from martlet import v1

    yield v1.UploadResultRequest(start=start)
    at = start.offset
    while True:
        part = source.read(at)
        if not part:
            return
        yield v1.UploadResultRequest(data=part)
        at += len(part)


def _received(client: "Client", id: str) -> Optional[int]:
    """How much of an upload the server has; None when it does not say."""
    try:
        return client.results.get_upload(id=id).received
    except MartletError as error:
        if error.code == "NOT_FOUND":
            return 0
        if error.code == "UNAVAILABLE":
            return None
        raise


class _Source:
    """Bytes that are read in parts, more than once."""

    def __init__(self, data: Union[bytes, BinaryIO]) -> None:
        self._data = data
        digest = hashlib.sha256()
        self.size = 0
        while True:
            part = self.read(self.size)
            if not part:
                break
            digest.update(part)
            self.size += len(part)
        self.digest = f"sha256:{digest.hexdigest()}"

    def read(self, at: int) -> bytes:
        """The next bytes from a place on; none at the end."""
        if isinstance(self._data, bytes):
            return self._data[at : at + PART]
        self._data.seek(at)
        return self._data.read(PART)
