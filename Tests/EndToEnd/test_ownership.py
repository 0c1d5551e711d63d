"""Promise 1 at the outside: of two processes with one claim only one enters RUNNING."""

from __future__ import annotations

import threading
import uuid

from martlet_process import time_ordered_id


def propose(connection, run, execution, seq, state, epoch=1):
    answer = connection.call(
        "ReportService/BatchReport",
        {
            "reports": [
                {
                    "runId": run,
                    "epoch": str(epoch),
                    "executionId": execution,
                    "seq": str(seq),
                    "propose": {"type": state},
                }
            ]
        },
    )
    return answer["results"][0]


def test_of_two_claims_one_wins(server):
    for _ in range(50):
        run = time_ordered_id()
        server.connect().call(
            "RunService/CreateRun", {"run": {"id": run, "definition": "contended"}}
        )
        executions = [str(uuid.uuid4()) for _ in range(4)]
        answers = {}
        barrier = threading.Barrier(len(executions))

        def claim(execution):
            connection = server.connect()
            barrier.wait()
            answers[execution] = propose(connection, run, execution, 1, "STATE_TYPE_RUNNING")

        threads = [threading.Thread(target=claim, args=(execution,)) for execution in executions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        codes = sorted(answer["verdict"]["code"] for answer in answers.values())
        assert codes == ["CODE_ACCEPTED"] + ["CODE_FENCED"] * 3, codes
        winner = next(e for e, a in answers.items() if a["verdict"]["code"] == "CODE_ACCEPTED")
        assert server.connect().call("RunService/GetRun", {"id": run})["run"]["executionId"] == winner


def test_one_bad_report_of_a_thousand_fails_alone(server):
    connection = server.connect()
    execution = str(uuid.uuid4())
    runs = [time_ordered_id() for _ in range(1000)]
    reports = [
        {
            "runId": run,
            "epoch": "1",
            "executionId": execution,
            "seq": "1",
            "create": {"kind": "RUN_KIND_TASK", "definition": "many"},
        }
        for run in runs
    ]
    reports[617]["create"]["definition"] = "x" * 100_000
    results = connection.call("ReportService/BatchReport", {"reports": reports})["results"]
    assert "error" in results[617] and "definition" in results[617]["error"]["field"]
    others = [result for index, result in enumerate(results) if index != 617]
    assert all(result["verdict"]["code"] == "CODE_ACCEPTED" for result in others)
