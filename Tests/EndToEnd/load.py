"""A load of runs that remembers every acknowledgement, and the check that the history keeps what was acknowledged."""

from __future__ import annotations

import http.client
import threading
import time
import uuid

from martlet_process import CallError, Connection, time_ordered_id

#: What an executor reports of each run, in order; the seq counts from 1.
LIFE = ("create", "STATE_TYPE_RUNNING", "STATE_TYPE_COMPLETED")
RETRIED = {"unavailable", "deadline_exceeded", "resource_exhausted", "aborted", "unknown", ""}


class Load:
    """Threads that report runs until told to stop, repeating whatever was not answered."""

    def __init__(self, port: int, threads: int = 8, batch: int = 20):
        self.port = port
        self.batch = batch
        self.acknowledged: dict[str, dict[int, dict]] = {}
        self.errors: list[str] = []
        self.answers = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._progress = threading.Condition(self._lock)
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.finish()

    def finish(self, timeout: float = 90) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout)
            assert not thread.is_alive(), "a client never got its answer"

    def wait_for(self, count: int, timeout: float = 60) -> None:
        """Waits until `count` more reports were acknowledged."""
        with self._progress:
            goal = self.answers + count
            assert self._progress.wait_for(lambda: self.answers >= goal, timeout), (
                f"{goal - self.answers} of {count} reports not acknowledged in {timeout} s"
            )

    def _work(self) -> None:
        connection = Connection(self.port, timeout=10)
        while not self._stopping.is_set():
            execution = str(uuid.uuid4())
            runs = [time_ordered_id() for _ in range(self.batch)]
            for seq, step in enumerate(LIFE, start=1):
                connection = self._deliver(connection, execution, runs, seq, step)

    def _deliver(self, connection, execution, runs, seq, step):
        reports = [self._report(run, execution, seq, step) for run in runs]
        while True:
            try:
                results = connection.call("ReportService/BatchReport", {"reports": reports})
                break
            except CallError as error:
                if error.code not in RETRIED:
                    self.errors.append(str(error))
                    return connection
            except (OSError, http.client.HTTPException):
                connection.close()
                connection = Connection(self.port, timeout=10)
            time.sleep(0.05)
        with self._progress:
            for run, result in zip(runs, results["results"], strict=True):
                if "verdict" in result:
                    self.acknowledged.setdefault(run, {})[seq] = result["verdict"]
                else:
                    self.errors.append(str(result))
            self.answers += len(runs)
            self._progress.notify_all()
        return connection

    @staticmethod
    def _report(run: str, execution: str, seq: int, step: str) -> dict:
        report = {"runId": run, "epoch": "1", "executionId": execution, "seq": str(seq)}
        if step == "create":
            report["create"] = {"kind": "RUN_KIND_FLOW", "definition": "load"}
        else:
            report["propose"] = {"type": step}
        return report

    def check(self, connection: Connection) -> int:
        """Fails unless every acknowledged report is in the history exactly once, in order.

        Returns how many reports that is.
        """
        assert not self.errors, self.errors[:3]
        checked = 0
        for run, verdicts in self.acknowledged.items():
            history = connection.call("RunService/ListTransitions", {"runId": run})["transitions"]
            revisions = [int(row["revision"]) for row in history]
            assert revisions == list(range(1, len(history) + 1)), (run, revisions)
            times = [row["to"]["time"] for row in history]
            assert len(set(times)) == len(times), (run, times)
            by_seq = [int(row["seq"]) for row in history if int(row.get("seq", 0))]
            assert by_seq == sorted(set(by_seq)), (run, by_seq)
            for seq, verdict in verdicts.items():
                assert verdict["code"] == "CODE_ACCEPTED", (run, seq, verdict)
                assert by_seq.count(seq) == 1, (run, seq, history)
                checked += 1
        return checked
