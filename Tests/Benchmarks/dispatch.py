"""Measures the dispatcher of a running program over its contract: PollWork as workers call it, Connect JSON on one port."""

from __future__ import annotations

import datetime
import http.client
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("MARTLET_BIN", str(ROOT / ".build/release/martlet"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Peer:
    """One keep-alive connection."""

    def __init__(self, port: int):
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def call(self, method: str, **body):
        service, name = method.split("/")
        self.http.request(
            "POST", f"/martlet.v1.{service}/{name}", json.dumps(body), {"content-type": "application/json"}
        )
        response = self.http.getresponse()
        document = json.loads(response.read())
        if response.status != 200:
            raise RuntimeError(f"{method}: {document}")
        return document


def worker(pool: str, name: str) -> dict:
    return {"pool": pool, "name": name, "type": "process", "session": {"id": str(uuid.uuid4()), "lease": "60s"}}


def create_runs(port: int, count: int, due: str | None = None) -> None:
    def create(part: int) -> None:
        peer = Peer(port)
        state = {"state": {"scheduled": {"dueTime": due}}} if due else {}
        left = part
        while left:
            chunk = min(left, 200)
            peer.call("RunService/BatchCreateRuns", deployment="bench/work", runs=[state] * chunk)
            left -= chunk

    threads = [threading.Thread(target=create, args=(count // 4,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def drain(port: int, workers: int, count: int) -> tuple[float, float]:
    """Has workers poll until they were offered `count` runs; returns the first and the last time."""
    lock = threading.Lock()
    had: list[float] = []

    def work(number: int) -> None:
        peer = Peer(port)
        me = worker("bench", f"w{number}")
        while True:
            offers = peer.call("WorkerService/PollWork", worker=me, maxRuns=100, wait="2s").get("offers", [])
            now = time.time()
            with lock:
                had.extend([now] * len(offers))
                if len(had) >= count:
                    return

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return min(had), max(had)


def main() -> None:
    workers, runs, idle = (int(word) for word in sys.argv[1:4])
    with tempfile.TemporaryDirectory(prefix="martlet-bench-") as directory:
        port = free_port()
        server = subprocess.Popen(
            [BINARY, "server", "start", "--host", "127.0.0.1", "--port", str(port), "--data-dir", directory + "/data"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        try:
            for _ in range(600):
                try:
                    peer = Peer(port)
                    peer.call("SystemService/Ping")
                    break
                except (OSError, RuntimeError):
                    time.sleep(0.1)
            peer.call("PoolService/CreatePool", pool={"name": "bench", "type": "process"})
            peer.call(
                "DeploymentService/CreateDeployment",
                deployment={"flow": "bench", "name": "work", "spec": {"pool": "bench", "shell": "true"}},
            )
            create_runs(port, runs)
            first = time.time()
            _, last = drain(port, workers, runs)
            print(f"figure dispatch_claims = {runs / (last - first):.0f} 1/s")
            due = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=20)
            create_runs(port, runs, due.isoformat().replace("+00:00", "Z"))
            _, last = drain(port, workers, runs)
            print(f"figure dispatch_same_second = {last - due.timestamp():.2f} s")

            peers = [Peer(port) for _ in range(idle)]
            threads = [
                threading.Thread(
                    target=lambda one=one, number=number: one.call(
                        "WorkerService/PollWork", worker=worker("bench", f"idle{number}"), wait="60s"
                    )
                )
                for number, one in enumerate(peers)
            ]
            for thread in threads:
                thread.start()
            time.sleep(15)
            # What the database itself counts, between two moments in which nothing but beats happens.
            before, start = transactions(directory), time.time()
            time.sleep(32)
            used = transactions(directory) - before
            print(f"figure dispatch_idle_transactions = {used / (time.time() - start):.1f} 1/s with {idle} workers")
            for thread in threads:
                thread.join()
        finally:
            server.terminate()
            server.wait()


def transactions(directory: str) -> int:
    """Commits of the server's database."""
    for pid in pathlib.Path(directory).rglob("postmaster.pid"):
        lines = pid.read_text().splitlines()
        query = "SELECT sum(xact_commit) FROM pg_stat_database WHERE datname = 'martlet'"
        # The private Postgres listens on a socket that its pid file names.
        done = subprocess.run(
            ["psql", "-h", lines[4], "-p", lines[3], "-U", "martlet", "-d", "postgres", "-Atc", query],
            capture_output=True, text=True,
        )
        if done.returncode == 0:
            return int(done.stdout.strip() or 0)
    raise RuntimeError("the server's Postgres cannot be asked")


if __name__ == "__main__":
    main()
