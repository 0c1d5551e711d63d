"""Decides the cases of compression as far as grpcio can tell: it sends compressed calls but no compressed message
among plain ones, and does not say whether a response came compressed. The C++ peer can do both.
"""

from __future__ import annotations

import grpc

from ending_cases import expect_status
from interop_proto import messages_pb2
from plain_cases import LARGE_RESPONSE, expect_zeros, large_request, payload

TRUE, FALSE = messages_pb2.BoolValue(value=True), messages_pb2.BoolValue(value=False)


def client_compressed_unary(test, _):
    request = large_request(expect_compressed=TRUE)
    expect_status(grpc.StatusCode.INVALID_ARGUMENT, lambda: test.UnaryCall(request))
    response = test.UnaryCall(request, compression=grpc.Compression.Gzip)
    expect_zeros(response, LARGE_RESPONSE)
    expect_zeros(test.UnaryCall(large_request(expect_compressed=FALSE)), LARGE_RESPONSE)


def server_compressed_unary(test, _):
    for choice in (TRUE, FALSE):
        expect_zeros(test.UnaryCall(large_request(response_compressed=choice)), LARGE_RESPONSE)


def client_compressed_streaming(test, _):
    """Every message compressed, for want of a choice between them."""
    requests = [
        messages_pb2.StreamingInputCallRequest(payload=payload(size), expect_compressed=TRUE)
        for size in (27182, 45904)
    ]
    expect_status(
        grpc.StatusCode.INVALID_ARGUMENT, lambda: test.StreamingInputCall(iter(requests[:1]))
    )
    response = test.StreamingInputCall(iter(requests), compression=grpc.Compression.Gzip)
    assert response.aggregated_payload_size == 73086


def server_compressed_streaming(test, _):
    wanted = [(31415, TRUE), (92653, FALSE)]
    request = messages_pb2.StreamingOutputCallRequest(
        response_parameters=[
            messages_pb2.ResponseParameters(size=size, compressed=choice) for size, choice in wanted
        ]
    )
    for response, (size, _) in zip(test.StreamingOutputCall(request), wanted, strict=True):
        expect_zeros(response, size)


CASES = [
    client_compressed_unary, server_compressed_unary, client_compressed_streaming,
    server_compressed_streaming,
]  # fmt: skip
