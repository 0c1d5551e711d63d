"""Decides what stands in for the server in tests of the shell client: an HTTP server that records what it is sent.

It knows enough of ReportService to give verdicts, and it can be told to refuse, to cancel and to be away. It checks
nothing that the real server checks; the cases in `server` run against that.

    recorder.py DIRECTORY     prints its port; requests go to DIRECTORY/requests.jsonl, orders are read from
                              DIRECTORY/orders.json (a list of {"method", "status", "body"}, {"cancel": definition} or {"pause": definition})
"""

import http.server
import json
import os
import sys

DIRECTORY = sys.argv[1]
RUNS = {}


def orders():
    path = os.path.join(DIRECTORY, "orders.json")
    return json.load(open(path)) if os.path.exists(path) else []


def report(body):
    results = []
    for item in body.get("reports", []):
        run = RUNS.setdefault(item["runId"], {"state": None, "last": 0, "definition": None, "session": None})
        answer = {"runId": item["runId"]}
        if "log" in item or "artifact" in item:
            answer["verdict"] = {"code": "CODE_ACCEPTED"}
        elif int(item["seq"]) <= run["last"]:
            answer["verdict"] = {"code": "CODE_ACCEPTED", "duplicate": True}
        elif int(item["seq"]) != run["last"] + 1:
            answer["error"] = {"code": 11, "reason": "OUT_OF_SEQUENCE", "message": "a report is missing"}
        else:
            run["last"] += 1
            if "create" in item:
                run["state"] = "PENDING"
                run["definition"] = item["create"]["definition"]
                run["retries"] = item["create"].get("retry", {}).get("maxRetries", 0)
            else:
                run["state"] = item["propose"]["type"].removeprefix("STATE_TYPE_")
            run["session"] = body.get("session", {}).get("id")
            answer["verdict"] = {"code": "CODE_ACCEPTED", "state": {"type": item.get("propose", {}).get("type")}}
            if run["state"] in ("FAILED", "CRASHED") and run.get("retries"):
                run["retries"], run["state"] = run["retries"] - 1, "SCHEDULED"
                answer["verdict"] = {"code": "CODE_REPLACED", "reason": "RETRY",
                                     "state": {"type": "STATE_TYPE_SCHEDULED", "name": "AwaitingRetry"}}
        results.append(answer)
    directives = []
    for order in orders():
        for run_id, run in RUNS.items():
            mine = body.get("session", {}).get("id") == run["session"]
            if "cancel" in order and run["definition"] == order["cancel"] and mine and run["state"] == "RUNNING":
                directives.append({"cancel": {"runId": run_id, "grace": "3s", "message": "enough"}})
            if "pause" in order and run["definition"] == order["pause"] and mine and run["state"] == "RUNNING":
                directives.append({"pause": {"runId": run_id, "message": "wait"}})
    answer = {"results": results}
    if directives:
        answer["directives"] = directives
    return answer


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        raw = self.rfile.read(int(self.headers["content-length"]))
        method = self.path.removeprefix("/martlet.v1.")
        for order in orders():
            if order.get("method") == method:
                return self.answer(order["status"], order["body"])
        body = json.loads(raw)
        with open(os.path.join(DIRECTORY, "requests.jsonl"), "a") as out:
            headers = {name.lower(): value for name, value in self.headers.items()}
            out.write(json.dumps({"method": method, "headers": headers, "body": body}) + "\n")
        self.answer(200, report(body) if method == "ReportService/BatchReport" else {"run": {"id": "x"}})

    def answer(self, status, body):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 0), Handler)
with open(os.path.join(DIRECTORY, "port"), "w") as out:
    out.write(str(server.server_address[1]))
server.serve_forever()
