"""Decides the cases of calls that go well."""

from __future__ import annotations

import queue
import time

from interop_proto import empty_pb2, messages_pb2

LARGE_REQUEST, LARGE_RESPONSE = 271828, 314159
EXCHANGES = [(27182, 31415), (8, 9), (1828, 2653), (45904, 58979)]
INITIAL = ("x-grpc-test-echo-initial", "test_initial_metadata_value")
TRAILING = ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab")


def payload(size: int) -> messages_pb2.Payload:
    return messages_pb2.Payload(body=bytes(size))


def large_request(**fields) -> messages_pb2.SimpleRequest:
    return messages_pb2.SimpleRequest(
        response_size=LARGE_RESPONSE, payload=payload(LARGE_REQUEST), **fields
    )


def duplex_request(size: int, response_size: int) -> messages_pb2.StreamingOutputCallRequest:
    return messages_pb2.StreamingOutputCallRequest(
        response_parameters=[messages_pb2.ResponseParameters(size=response_size)],
        payload=payload(size),
    )


def expect_zeros(response, size: int) -> None:
    assert response.payload.body == bytes(size), f"not {size} zeros: {len(response.payload.body)} bytes"


def empty_unary(test, _):
    assert test.EmptyCall(empty_pb2.Empty()) == empty_pb2.Empty()


def cacheable_unary(test, _):
    """Without a proxy in between, two answers differ: only that there are two is looked at."""
    request = messages_pb2.SimpleRequest(payload=messages_pb2.Payload(body=b"%d" % time.time_ns()))
    for _ in range(2):
        response, call = test.CacheableUnaryCall.with_call(request, metadata=[("x-user-ip", "1.2.3.4")])
        assert response.payload.body.isdigit()
        assert "max-age=60" in dict(call.initial_metadata())["cache-control"]


def large_unary(test, _):
    expect_zeros(test.UnaryCall(large_request()), LARGE_RESPONSE)


def client_streaming(test, _):
    requests = [
        messages_pb2.StreamingInputCallRequest(payload=payload(size)) for size, _ in EXCHANGES
    ]
    assert test.StreamingInputCall(iter(requests)).aggregated_payload_size == 74922


def server_streaming(test, _):
    sizes = [size for _, size in EXCHANGES]
    request = messages_pb2.StreamingOutputCallRequest(
        response_parameters=[messages_pb2.ResponseParameters(size=size) for size in sizes]
    )
    responses = list(test.StreamingOutputCall(request))
    assert len(responses) == len(sizes)
    for response, size in zip(responses, sizes):
        expect_zeros(response, size)


def ping_pong(test, _):
    requests: queue.Queue = queue.Queue()
    responses = test.FullDuplexCall(iter(requests.get, None))
    for size, response_size in EXCHANGES:
        requests.put(duplex_request(size, response_size))
        expect_zeros(next(responses), response_size)
    requests.put(None)
    assert not list(responses)


def empty_stream(test, _):
    assert not list(test.FullDuplexCall(iter([])))


def half_duplex(test, _):
    """Not a case of the description, but a method of its service."""
    requests = iter([duplex_request(*sizes) for sizes in EXCHANGES])
    for response, (_, size) in zip(test.HalfDuplexCall(requests), EXCHANGES, strict=True):
        expect_zeros(response, size)


def custom_metadata(test, _):
    response, unary = test.UnaryCall.with_call(large_request(), metadata=[INITIAL, TRAILING])
    expect_zeros(response, LARGE_RESPONSE)
    request = duplex_request(LARGE_REQUEST, LARGE_RESPONSE)
    duplex = test.FullDuplexCall(iter([request]), metadata=[INITIAL, TRAILING])
    [response] = list(duplex)
    expect_zeros(response, LARGE_RESPONSE)
    for call in (unary, duplex):
        assert dict(call.initial_metadata())[INITIAL[0]] == INITIAL[1]
        assert dict(call.trailing_metadata())[TRAILING[0]] == TRAILING[1]


def rpc_soak(test, _):
    for _ in range(10):
        started = time.monotonic()
        large_unary(test, _)
        assert time.monotonic() - started < 1


CASES = [
    empty_unary, cacheable_unary, large_unary, client_streaming, server_streaming, ping_pong,
    empty_stream, half_duplex, custom_metadata, rpc_soak,
]  # fmt: skip
