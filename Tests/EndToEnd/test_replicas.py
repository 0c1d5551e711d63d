"""Decision 5: a stopped replica does not block another one, and both see one history."""

from __future__ import annotations

import signal

from load import Load


def socket_url(server) -> str:
    """The address of a server's private Postgres, as another server may use it."""
    pid_file = next(server.data.rglob("postmaster.pid")).read_text().splitlines()
    port, socket_directory = pid_file[3], pid_file[4]
    return f"host={socket_directory} port={port} dbname=martlet user=martlet"


def test_a_stopped_replica_blocks_nobody(new_server):
    first = new_server().start()
    second = new_server(database_url=socket_url(first)).start()
    with Load(first.port, threads=4) as on_first, Load(second.port, threads=4) as on_second:
        on_first.wait_for(400)
        second.signal(signal.SIGSTOP)
        # Whatever transaction the stopped replica had open must give way.
        on_first.wait_for(2000, timeout=60)
        second.signal(signal.SIGCONT)
        on_second.wait_for(400)
        on_first.finish()
        on_second.finish()
    connection = second.connect()
    assert on_first.check(connection) >= 2400
    assert on_second.check(first.connect()) >= 400
