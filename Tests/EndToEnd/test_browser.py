"""Promise 7: with authentication off on loopback, a web page cannot drive the server."""

from __future__ import annotations

import pytest

from martlet_process import CallError

CREATE = ("RunService/CreateRun", {"run": {"definition": "from-a-page"}})


def test_a_page_of_another_origin_is_refused(server):
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": f"http://127.0.0.1:{server.port + 1}"},
        {"host": "evil.example"},
        {"host": f"rebound.evil.example:{server.port}"},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
    ):
        with pytest.raises(CallError) as refusal:
            server.connect().call(*CREATE, headers=headers)
        assert refusal.value.status in (403, 415), (headers, refusal.value)
    counted = server.connect().call("RunService/CountRuns", {})
    assert int(counted.get("total", 0)) == 0


def test_programs_and_the_servers_own_pages_are_served(server):
    for headers in (
        {},
        {"host": f"localhost:{server.port}"},
        {"origin": f"http://127.0.0.1:{server.port}"},
    ):
        server.connect().call(*CREATE, headers=headers)
