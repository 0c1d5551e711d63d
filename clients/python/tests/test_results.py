"""Results that are too long for a state, against the real server."""

from __future__ import annotations

import io
import os

import pytest
from proxy import FaultyProxy

from martlet import Client, MartletError, results, v1
from martlet.run import Run


@pytest.fixture
def client(real):
    with Client(real.url) as client:
        yield client


def test_bytes_and_files_are_stored_by_address(client):
    data = os.urandom(600_000)
    address = results.put(io.BytesIO(data), media_type="x/y", client=client)
    assert results.get(address, client=client) == data
    assert client.results.get_result(id=address).payload.media_type == "x/y"
    assert results.get(results.put(b"", client=client), client=client) == b""
    with pytest.raises(MartletError) as missing:
        results.get("martlet:result/01920000-0000-7000-8000-000000000001", client=client)
    assert missing.value.code == "NOT_FOUND"


def test_an_upload_goes_on_where_its_connection_broke(real, client):
    proxy = FaultyProxy(real.port)

    class Breaking(io.BytesIO):
        """Loses the connection once, when most of it is on its way and some has arrived."""

        reads: "list[int]" = []

        def read(self, size=-1):
            self.reads.append(self.tell())
            # The first pass measures.
            if self.reads.count(self.tell()) == 2 and self.tell() >= 3 << 20 and not proxy.cuts:
                proxy.cuts += 1
                proxy.go_away()
                proxy.come_back()
            return super().read(size)

    data = os.urandom(4 << 20)
    with Client(proxy.url) as broken:
        address = results.put(Breaking(data), client=broken)
    assert proxy.cuts == 1
    assert results.get(address, client=client) == data
    proxy.close()


def test_a_long_result_of_a_run_is_recorded_by_its_address(real, client, monkeypatch, tmp_path):
    from martlet.reporter import Reporter

    monkeypatch.setenv("MARTLET_API_URL", real.url)
    with Reporter(real.url, spool=tmp_path) as reporter:
        reports, _ = reporter.create(v1.Run(definition="long"))
        run = Run(reports.run_id, 1, "long", None)
        run._reports = reports
        run._begin(may_run_on=False)
        run.result = ["x" * 300_000]
        run._end(None)
        assert reporter.flush(30)
    recorded = client.runs.get_run(id=run.id).run.state.completed.result
    assert recorded.uri.startswith("martlet:result/")
    assert results.get(recorded.uri, client=client) == b'["' + b"x" * 300_000 + b'"]'
