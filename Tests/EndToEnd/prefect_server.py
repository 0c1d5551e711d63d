"""A Prefect server of its own, on Postgres: started, asked, ended like any process."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from martlet_process import free_port
from prefect_process import PYTHON, Prefect

CREATE_DATABASE = """
import asyncio, sys, asyncpg

async def main():
    connection = await asyncpg.connect(host=sys.argv[1], port=int(sys.argv[2]), user="martlet", database="postgres")
    await connection.execute(f"CREATE DATABASE {sys.argv[3]}")
    await connection.close()

asyncio.run(main())
"""

QUERY = """
import asyncio, sys, asyncpg

async def main():
    connection = await asyncpg.connect(host=sys.argv[1], port=int(sys.argv[2]), user="martlet", database=sys.argv[3])
    await connection.execute(sys.argv[4])
    await connection.close()

asyncio.run(main())
"""


class PrefectServer:
    """Prefect 3.9.1's server with a database beside that of a Martlet server, in its private Postgres."""

    def __init__(self, martlet, home: Path, name: str = "prefect"):
        lines = next(martlet.data.rglob("postmaster.pid")).read_text().splitlines()
        self.postgres = (lines[4], lines[3], name)
        self.url = f"postgresql://martlet@/{name}?host={lines[4]}&port={lines[3]}"
        self.port = free_port()
        self.log = home / "prefect-server.log"
        self.client = Prefect(self.port, home)
        self.process: subprocess.Popen | None = None
        self.python(CREATE_DATABASE)

    def python(self, script: str, *more: str) -> None:
        subprocess.run([str(PYTHON), "-c", script, *self.postgres, *more], check=True, timeout=60)

    def execute(self, sql: str) -> None:
        """Changes the database behind the server's back."""
        self.python(QUERY, sql)

    def start(self, timeout: float = 180, **settings: str) -> "PrefectServer":
        environment = {
            **self.client.environment,
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": self.url.replace("postgresql://", "postgresql+asyncpg://"),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            **settings,
        }
        environment.pop("PREFECT_API_URL")
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(PYTHON), "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self.port),
                 "--no-ui"],
                env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        end = time.monotonic() + timeout
        while True:
            assert self.process.poll() is None, self.log.read_text()[-4000:]
            try:
                if self.client.request("GET", "/health")[0] == 200:
                    return self
            except OSError:
                pass
            assert time.monotonic() < end, self.log.read_text()[-4000:]
            time.sleep(0.1)

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        os.killpg(self.process.pid, 2)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, 9)
            self.process.wait()
