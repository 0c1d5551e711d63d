"""Decides the cases of calls that end otherwise than well."""

from __future__ import annotations

import queue

import grpc

from interop_proto import empty_pb2, messages_pb2
from plain_cases import duplex_request, expect_zeros, payload

SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n"


def expect_status(code, call) -> grpc.RpcError:
    try:
        call()
    except grpc.RpcError as error:
        assert error.code() == code, f"{error.code()}: {error.details()}"
        return error
    raise AssertionError(f"OK instead of {code}")


def status_code_and_message(test, _):
    status = messages_pb2.EchoStatus(code=2, message="test status message")
    unary = messages_pb2.SimpleRequest(response_status=status)
    duplex = messages_pb2.StreamingOutputCallRequest(response_status=status)
    for call in (lambda: test.UnaryCall(unary), lambda: list(test.FullDuplexCall(iter([duplex])))):
        assert expect_status(grpc.StatusCode.UNKNOWN, call).details() == status.message


def special_status_message(test, _):
    status = messages_pb2.EchoStatus(code=2, message=SPECIAL)
    request = messages_pb2.SimpleRequest(response_status=status)
    error = expect_status(grpc.StatusCode.UNKNOWN, lambda: test.UnaryCall(request))
    assert error.details() == SPECIAL


def unimplemented_method(test, _):
    expect_status(
        grpc.StatusCode.UNIMPLEMENTED, lambda: test.UnimplementedCall(empty_pb2.Empty())
    )


def unimplemented_service(_, nobody):
    expect_status(
        grpc.StatusCode.UNIMPLEMENTED, lambda: nobody.UnimplementedCall(empty_pb2.Empty())
    )


def cancel_after_begin(test, _):
    call = test.StreamingInputCall.future(iter(queue.Queue().get, None))
    call.cancel()
    assert call.cancelled()
    assert call.code() == grpc.StatusCode.CANCELLED


def cancel_after_first_response(test, _):
    requests: queue.Queue = queue.Queue()
    requests.put(duplex_request(27182, 31415))
    call = test.FullDuplexCall(iter(requests.get, None))
    expect_zeros(next(call), 31415)
    call.cancel()
    expect_status(grpc.StatusCode.CANCELLED, lambda: next(call))
    requests.put(None)


def timeout_on_sleeping_server(test, _):
    requests: queue.Queue = queue.Queue()
    requests.put(messages_pb2.StreamingOutputCallRequest(payload=payload(27182)))
    call = test.FullDuplexCall(iter(requests.get, None), timeout=0.001)
    expect_status(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: next(call))
    requests.put(None)


CASES = [
    status_code_and_message, special_status_message, unimplemented_method, unimplemented_service,
    cancel_after_begin, cancel_after_first_response, timeout_on_sleeping_server,
]  # fmt: skip
