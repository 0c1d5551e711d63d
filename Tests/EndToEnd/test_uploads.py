"""Results that are longer than a message: uploaded, gone on with after a break, downloaded."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time

import martlet
import pytest
from martlet import v1

from martlet_process import BINARY, time_ordered_id

PART = 256 << 10


def parts(data: bytes, **start):
    yield v1.UploadResultRequest(start=v1.UploadResultRequest.Start(**start))
    for at in range(start.get("offset", 0), len(data), PART):
        yield v1.UploadResultRequest(data=data[at : at + PART])


def download(client, **which) -> bytes:
    with client.results.download_result(**which) as responses:
        return b"".join(response.data for response in responses)


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


@pytest.fixture
def client(calm_server):
    with martlet.Client(calm_server.url) as client:
        yield client


def test_python_uploads_and_downloads(client):
    data = os.urandom((4 << 20) + 1)
    run = client.runs.create_run(run=v1.Run(definition="d")).run.id
    result = time_ordered_id()
    asked = {"id": result, "run_id": run, "media_type": "x/y", "digest": digest(data)}
    payload = client.results.upload_result(parts(data, **asked)).payload
    assert (payload.uri, payload.size) == (f"martlet:result/{result}", len(data))
    assert download(client, run_id=run) == data
    assert download(client, id=payload.uri, offset=3_000_000) == data[3_000_000:]
    assert client.results.get_result(run_id=run).payload == payload
    # The same again: the answer comes before the bytes.
    assert client.results.upload_result(parts(data, **asked)).payload == payload
    # A state may refer to it.
    report = {"run_id": time_ordered_id(), "epoch": 1, "execution_id": time_ordered_id()}
    states = [v1.State(type=v1.STATE_TYPE_RUNNING), v1.State(type=v1.STATE_TYPE_COMPLETED)]
    states[1].completed.result.CopyFrom(payload)
    reports = [v1.RunReport(**report, seq=1, create=v1.Run(definition="d"))]
    reports += [v1.RunReport(**report, seq=seq, propose=state) for seq, state in enumerate(states, 2)]
    client.reports.batch_report(reports=reports)
    assert download(client, run_id=report["run_id"]) == data


def test_an_upload_is_of_the_clients_namespace(calm_server, client):
    result = time_ordered_id()
    with martlet.Client(calm_server.url, namespace="elsewhere") as other:
        other.results.upload_result(parts(b"abc", id=result))
        assert download(other, id=result) == b"abc"
    with pytest.raises(martlet.MartletError) as refused:
        download(client, id=result)
    assert refused.value.code == "NOT_FOUND"


def test_a_stream_that_breaks_is_gone_on_with(client):
    data, result = os.urandom(3 << 20), time_ordered_id()

    def broken():
        yield from list(parts(data, id=result))[:-3]
        raise RuntimeError("the program fails here")

    with pytest.raises(martlet.MartletError):
        client.results.upload_result(broken())
    with pytest.raises(martlet.MartletError) as refused:
        client.results.get_result(id=result)
    assert refused.value.code == "NOT_FOUND"
    upload = client.results.get_upload(id=result)
    assert 0 < upload.received < len(data) and not upload.complete
    with pytest.raises(martlet.MartletError) as refused:
        client.results.upload_result(parts(data, id=result, offset=upload.received - 1))
    assert refused.value.reason == "UPLOAD_OFFSET"
    assert refused.value.metadata["received"] == str(upload.received)
    payload = client.results.upload_result(parts(data, id=result, offset=upload.received)).payload
    assert payload.digest == digest(data)
    assert download(client, id=result) == data


def test_the_bound_of_the_server_holds(new_server):
    server = new_server(options=("--max-result-size", "2000000")).start()
    with martlet.Client(server.url) as client:
        for size in (2_000_000, 2_000_001):
            data, result = b"x" * size, time_ordered_id()
            if size == 2_000_000:
                assert client.results.upload_result(parts(data, id=result)).payload.size == size
                continue
            with pytest.raises(martlet.MartletError) as refused:
                client.results.upload_result(parts(data, id=result))
            assert refused.value.code == "INVALID_ARGUMENT"
            with pytest.raises(martlet.MartletError):
                client.results.get_upload(id=result)


def cli(server, *words) -> subprocess.CompletedProcess:
    return subprocess.run([BINARY, *words, "--server", server.url], capture_output=True, timeout=100)


def test_the_command_line_puts_and_gets_files(calm_server, client, tmp_path):
    source, copy = tmp_path / "source", tmp_path / "copy"
    source.write_bytes(os.urandom((1 << 20) + 7))
    put = cli(calm_server, "result", "put", str(source))
    assert put.returncode == 0, put.stderr
    address = put.stdout.decode().strip()
    got = cli(calm_server, "result", "get", address, "-o", str(copy))
    assert got.returncode == 0, got.stderr
    assert copy.read_bytes() == source.read_bytes()
    assert cli(calm_server, "result", "get", address).stdout == source.read_bytes()
    assert cli(calm_server, "result", "get", address, "-o", "name").stdout.decode().strip() == digest(
        source.read_bytes()
    )
    run = client.runs.create_run(run=v1.Run(definition="d")).run.id
    small = tmp_path / "small"
    small.write_text("small")
    assert cli(calm_server, "result", "put", str(small), "--run", run).returncode == 0
    assert cli(calm_server, "result", "get", run, "-o", str(copy)).returncode == 0
    assert copy.read_text() == "small"
    # Nothing is left of what fails.
    missing = tmp_path / "missing"
    assert cli(calm_server, "result", "get", time_ordered_id(), "-o", str(missing)).returncode == 3
    assert cli(calm_server, "result", "put", str(missing)).returncode == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "small", "source"]


def test_an_upload_outlives_the_server(new_server, tmp_path):
    server = new_server().start()
    source, result = tmp_path / "source", time_ordered_id()
    source.write_bytes(os.urandom(16 << 20))
    command = [BINARY, "result", "put", str(source), "--id", result, "--server", server.url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with martlet.Client(server.url) as client:
        end = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < end:
            try:
                if client.results.get_upload(id=result).received:
                    break
            except martlet.MartletError as error:
                assert error.code == "NOT_FOUND"
            time.sleep(0.01)
        server.kill()
        server.start()
        output, errors = process.communicate(timeout=100)
        assert process.returncode == 0, errors
        assert output.decode().strip() == f"martlet:result/{result}"
        assert download(client, id=result) == source.read_bytes()
