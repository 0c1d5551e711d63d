"""Serves grpc.testing.TestService with grpcio.

It cannot look whether a request came compressed: grpcio does not tell (the feature CompressedRequest).
"""

from __future__ import annotations

import signal
import threading
import time
from concurrent import futures

import grpc

import flags
from interop_proto import empty_pb2, messages_pb2, test_pb2_grpc

INITIAL = "x-grpc-test-echo-initial"
TRAILING = "x-grpc-test-echo-trailing-bin"
CODES = {code.value[0]: code for code in grpc.StatusCode}


def echo_metadata(context) -> None:
    received = dict(context.invocation_metadata())
    if INITIAL in received:
        context.send_initial_metadata(((INITIAL, received[INITIAL]),))
    if TRAILING in received:
        context.set_trailing_metadata(((TRAILING, received[TRAILING]),))


def echo_status(request, context) -> None:
    if request.HasField("response_status") and request.response_status.code:
        status = request.response_status
        context.abort(CODES.get(status.code, grpc.StatusCode.UNKNOWN), status.message)


def zeros(size: int) -> messages_pb2.Payload:
    return messages_pb2.Payload(body=bytes(size))


def answers(requests, context):
    """The responses that each request asks for. Compression is for the whole call, but a message may do without."""
    context.set_compression(grpc.Compression.Gzip)
    echo_metadata(context)
    for request in requests:
        echo_status(request, context)
        for wanted in request.response_parameters:
            time.sleep(wanted.interval_us / 1e6)
            if not wanted.compressed.value:
                context.disable_next_message_compression()
            yield messages_pb2.StreamingOutputCallResponse(payload=zeros(wanted.size))


class TestService(test_pb2_grpc.TestServiceServicer):
    """What is not here is answered with UNIMPLEMENTED."""

    def EmptyCall(self, request, context):
        echo_metadata(context)
        return empty_pb2.Empty()

    def UnaryCall(self, request, context):
        if request.response_compressed.value:
            context.set_compression(grpc.Compression.Gzip)
        echo_metadata(context)
        echo_status(request, context)
        return messages_pb2.SimpleResponse(payload=zeros(request.response_size))

    def CacheableUnaryCall(self, request, context):
        context.send_initial_metadata((("cache-control", "max-age=60, public"),))
        return messages_pb2.SimpleResponse(
            payload=messages_pb2.Payload(body=b"%d" % time.time_ns())
        )

    def StreamingInputCall(self, requests, context):
        echo_metadata(context)
        size = sum(len(request.payload.body) for request in requests)
        return messages_pb2.StreamingInputCallResponse(aggregated_payload_size=size)

    def StreamingOutputCall(self, request, context):
        yield from answers([request], context)

    def FullDuplexCall(self, requests, context):
        yield from answers(requests, context)

    def HalfDuplexCall(self, requests, context):
        yield from answers(list(requests), context)


def main() -> None:
    chosen = flags.server_flags()
    sizes = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8), options=sizes)
    test_pb2_grpc.add_TestServiceServicer_to_server(TestService(), server)
    address = f"127.0.0.1:{chosen.port}"
    if chosen.use_tls:
        identity = (chosen.tls_key.read_bytes(), chosen.tls_cert.read_bytes())
        port = server.add_secure_port(address, grpc.ssl_server_credentials([identity]))
    else:
        port = server.add_insecure_port(address)
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    server.start()
    print(f"listening on 127.0.0.1:{port}", flush=True)
    over.wait()
    server.stop(grace=5).wait()


main()
