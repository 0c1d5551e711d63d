"""Decides what a case of a call is: one request over HTTP/2, and the outcomes that are right, in the words of the
protocol: `gRPC 12`, `gRPC-Web 0`, `Connect ok`, `Connect unimplemented`, `HTTP 415`."""

from __future__ import annotations

import gzip
import json
import time
from dataclasses import dataclass

from cases.http2_case import Site
from wire import frames, requests
from wire.peer import Peer
from wire.requests import Fields

PREFIX = 5
TRAILERS = 0x80
END = 0x02
COMPRESSED = 0x01


@dataclass(frozen=True)
class RPCCase:
    """One row."""

    section: str
    name: str
    right: frozenset[str]
    fields: Fields = requests.GRPC
    body: bytes = requests.message()
    path: str = requests.PING
    method: str = "POST"

    def reaction(self, site: Site) -> str:
        with Peer(site.target) as peer:
            head = requests.head(site.target, self.path, *self.fields, method=self.method)
            if self.method == "POST":
                peer.send(frames.headers(1, head, end=False), frames.data(1, self.body, end=True))
            else:
                peer.send(frames.headers(1, head))
            return outcome(peer)


def outcome(peer: Peer) -> str:
    """How the call on stream 1 ended."""
    body = b""
    until = time.monotonic() + 5
    while (frame := peer.next_frame(until)) is not None:
        if frame.type == frames.RST_STREAM:
            return f"RST_STREAM {frames.error_name(frame.code)}"
        if frame.type == frames.GOAWAY:
            return f"GOAWAY {frames.error_name(frame.code)}"
        if frame.stream != 1 or frame.type not in (frames.HEADERS, frames.DATA):
            continue
        if frame.type == frames.DATA:
            body += frame.payload
        if frame.flags & frames.END_STREAM:
            return told(peer.answers.get(1, {}), body)
    return "silent"


def told(fields: dict[str, str], body: bytes) -> str:
    """What a whole response says."""
    kind = fields.get("content-type", "")
    if fields.get(":status") == "200" and kind.startswith("application/grpc"):
        # Trailers-only: gRPC-Web may tell its status in the head too.
        if "grpc-status" in fields:
            return f"gRPC {fields['grpc-status']}"
        trailers = [payload.decode() for flag, payload in messages(body) if flag & TRAILERS]
        lines = [line.partition(":") for text in trailers for line in text.split("\r\n")]
        found = [value.strip() for name, _, value in lines if name == "grpc-status"]
        return f"gRPC-Web {found[0]}" if len(found) == 1 else "a body without a status"
    if kind.startswith("application/connect+"):
        ends = [json.loads(payload) for flag, payload in messages(body) if flag & END]
        if len(ends) != 1:
            return f"{len(ends)} ends of the stream"
        return "Connect " + ends[0].get("error", {"code": "ok"})["code"]
    if fields.get(":status") != "200" and kind == "application/json":
        return f"Connect {json.loads(body)['code']} {fields[':status']}"
    return f"HTTP {fields.get(':status')}"


def messages(body: bytes) -> list[tuple[int, bytes]]:
    """The messages of a body, with their flags."""
    found = []
    while len(body) >= PREFIX:
        end = PREFIX + int.from_bytes(body[1:PREFIX], "big")
        payload = gzip.decompress(body[PREFIX:end]) if body[0] & COMPRESSED else body[PREFIX:end]
        found.append((body[0], payload))
        body = body[end:]
    return found
