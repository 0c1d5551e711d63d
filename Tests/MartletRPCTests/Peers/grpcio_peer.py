# Calls test.Echo with grpcio and prints one line for each case: its name, a tab, "ok" or what went wrong.
# Messages are written by hand (field 1, bytes), so that no generated code is needed.
import sys
import threading
import time

import grpc


def encode(payload):
    if not payload:
        return b""
    length, size = len(payload), b""
    while True:
        byte = length & 0x7F
        length >>= 7
        if length:
            size += bytes([byte | 0x80])
        else:
            size += bytes([byte])
            break
    return b"\x0a" + size + payload


def decode(data):
    if not data:
        return b""
    assert data[0] == 0x0A, data[:10]
    length, shift, at = 0, 0, 1
    while True:
        byte = data[at]
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    assert at + length == len(data)
    return data[at:]


target = "127.0.0.1:" + sys.argv[1]
options = [("grpc.max_receive_message_length", 64 << 20), ("grpc.max_send_message_length", 64 << 20)]
channel = grpc.insecure_channel(target, options)
serde = dict(request_serializer=encode, response_deserializer=decode)
unary = channel.unary_unary("/test.Echo/Unary", **serde)
collect = channel.stream_unary("/test.Echo/Collect", **serde)
expand = channel.unary_stream("/test.Echo/Expand", **serde)
chat = channel.stream_stream("/test.Echo/Chat", **serde)

cases = []


def case(function):
    cases.append(function)
    return function


def expect(got, wanted):
    if got != wanted:
        raise AssertionError(f"got {got!r}, wanted {wanted!r}")


def failure(function):
    try:
        function()
    except grpc.RpcError as error:
        return error
    raise AssertionError("no error")


@case
def unary_echo():
    expect(unary(b"hello"), b"hello")
    expect(unary(b""), b"")


@case
def large_unary():
    payload = bytes(range(256)) * 12000
    expect(unary(payload) == payload, True)
    expect(unary(payload) == payload, True)


@case
def client_stream():
    expect(collect(iter([b"a", b"b", b"c" * 70000])), b"ab" + b"c" * 70000)
    expect(collect(iter([])), b"")


@case
def server_stream():
    expect(b"".join(expand(b"x" * 5000)), b"x" * 5000)


@case
def bidirectional():
    expect(list(chat(iter([b"%d" % n for n in range(2000)]))), [b"%d" % n for n in range(2000)])


@case
def ping_pong():
    gate = threading.Semaphore(1)

    def requests():
        for n in range(50):
            gate.acquire()
            yield b"%d" % n

    for n, answer in enumerate(chat(requests())):
        expect(answer, b"%d" % n)
        gate.release()


@case
def metadata():
    response, call = unary.with_call(
        b"echo-metadata", metadata=[("x-text", "plain, with comma"), ("x-raw-bin", bytes(range(256)))])
    initial, trailing = dict(call.initial_metadata()), dict(call.trailing_metadata())
    expect(initial.get("x-text"), "plain, with comma")
    expect(trailing.get("x-raw-bin"), bytes(range(256)))
    expect(response, b"echo-metadata")


@case
def status_and_message():
    error = failure(lambda: unary(b"fail"))
    expect(error.code(), grpc.StatusCode.FAILED_PRECONDITION)
    expect(error.details(), "50% of \u00fcml\u00e4uts\nfail")
    details = dict(error.trailing_metadata())["grpc-status-details-bin"]
    expect(b"type.googleapis.com/google.rpc.ErrorInfo" in details, True)
    expect(b"TEST_REASON" in details, True)


@case
def long_status():
    error = failure(lambda: unary(b"fail at length"))
    expect(error.code(), grpc.StatusCode.NOT_FOUND)
    expect(error.details().startswith("thing \u00fc"), True)
    expect(b"NOT_FOUND" in dict(error.trailing_metadata())["grpc-status-details-bin"], True)


@case
def rich_status():
    from google.rpc import error_details_pb2, status_pb2  # in googleapis-common-protos

    error = failure(lambda: unary(b"fail"))
    status = status_pb2.Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
    expect(status.code, 9)
    info = error_details_pb2.ErrorInfo()
    expect(status.details[0].Unpack(info), True)
    expect((info.reason, info.domain, dict(info.metadata)), ("TEST_REASON", "martlet.dev", {"k": "v"}))


@case
def internal_errors_do_not_leak():
    error = failure(lambda: unary(b"throw"))
    expect(error.code(), grpc.StatusCode.INTERNAL)
    expect("secret" in error.details(), False)


@case
def deadline():
    started = time.monotonic()
    error = failure(lambda: unary(b"wait", timeout=0.2))
    expect(error.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
    expect(time.monotonic() - started < 5, True)


@case
def cancellation():
    future = unary.future(b"wait")
    future.cancel()
    expect(future.cancelled(), True)


@case
def stream_cancellation():
    over = threading.Event()

    def requests():
        yield b"one"
        over.wait()

    call = chat(requests())
    expect(next(call), b"one")
    call.cancel()
    expect(failure(lambda: next(call)).code(), grpc.StatusCode.CANCELLED)
    over.set()


@case
def unimplemented():
    call = channel.unary_unary("/test.Echo/Nothing", **serde)
    expect(failure(lambda: call(b"")).code(), grpc.StatusCode.UNIMPLEMENTED)


@case
def malformed_request():
    raw = channel.unary_unary("/test.Echo/Unary")
    expect(failure(lambda: raw(b"\x0a\xff")).code(), grpc.StatusCode.INVALID_ARGUMENT)


@case
def too_large():
    error = failure(lambda: unary(b"x" * (5 << 20)))
    expect(error.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)


@case
def compressed():
    expect(unary(b"x" * 1000, compression=grpc.Compression.Gzip), b"x" * 1000)
    expect(unary(b"", compression=grpc.Compression.Gzip), b"")
    error = failure(lambda: unary(b"x" * 1000, compression=grpc.Compression.Deflate))
    expect(error.code(), grpc.StatusCode.UNIMPLEMENTED)


@case
def slow_reader():
    call = expand(b"flood")
    total = 0
    for index, answer in enumerate(call):
        total += len(answer)
        if index < 5:
            time.sleep(0.02)
    expect(total, 64 << 20)


for function in cases:
    try:
        function()
        print(f"{function.__name__}\tok", flush=True)
    except ImportError as error:
        print(f"{function.__name__}\tskipped: {error}", flush=True)
    except BaseException as error:  # one failing case must not hide the others
        print(f"{function.__name__}\t{type(error).__name__}: {error}", flush=True)
channel.close()
