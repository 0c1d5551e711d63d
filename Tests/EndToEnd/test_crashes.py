"""Promises 2 and 6: what was acknowledged survives kill -9 of the server and of Postgres, and is there once."""

from __future__ import annotations

import os
import signal

from load import Load


def test_kill_of_the_server_loses_and_doubles_nothing(server):
    with Load(server.port) as load:
        for _ in range(3):
            load.wait_for(500)
            server.kill()
            server.start()
        load.wait_for(500)
        load.finish()
    assert load.check(server.connect()) >= 2000


def test_kill_of_postgres_loses_and_doubles_nothing(server):
    with Load(server.port) as load:
        for _ in range(2):
            load.wait_for(500)
            server.kill_postgres()
        load.wait_for(500)
        load.finish()
    assert server.process.poll() is None, "the server outlives its Postgres"
    assert load.check(server.connect()) >= 1500


def test_graceful_restart_under_load(server):
    with Load(server.port) as load:
        load.wait_for(500)
        assert server.stop() == 0
        server.start()
        load.wait_for(500)
        load.finish()
    assert load.check(server.connect()) >= 1000
