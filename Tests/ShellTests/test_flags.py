"""Flags become the right requests, mistakes are exit code 2, and each function explains itself."""

import json
import re
import unittest

from harness import CLIENT, RecorderTest, ShellTest

# function and arguments, then the request
GOLDEN = [
    (["martlet_run_get_run"], {}),
    (["martlet_run_get_run", "--id", "x"], {"id": "x"}),
    (["martlet_run_get_run", "--id=x=y"], {"id": "x=y"}),
    (["martlet_run_get_run", "--id", ""], {"id": ""}),
    (["martlet_run_get_run", "--id", "-"], {"id": "-"}),
    (["martlet_run_get_run", "--id", "--help"], {"id": "--help"}),
    (["martlet_run_get_run", "--id", "a", "--id", "b"], {"id": "b"}),
    (["martlet_run_get_run", "--namespace", "n", "--read-mask", "state,create_time,times.start_time"],
     {"namespace": "n", "readMask": "state,createTime,times.startTime"}),
    (["martlet_run_list_runs", "--filter", 'state.type = FAILED AND labels.team = "x"', "--page-size", "5"],
     {"filter": 'state.type = FAILED AND labels.team = "x"', "pageSize": 5}),
    (["martlet_run_list_runs", "--wait", "30"], {"wait": "30s"}),
    (["martlet_run_list_runs", "--wait", "1.5s"], {"wait": "1.5s"}),
    (["martlet_run_list_runs", "--wait", "250ms"], {"wait": "0.250s"}),
    (["martlet_run_list_runs", "--wait", "2m"], {"wait": "120s"}),
    (["martlet_run_list_runs", "--wait", "1h"], {"wait": "3600s"}),
    (["martlet_run_create_run", "--run.definition", "etl", "--run.kind", "task", "--run.labels", "team=x",
      "--run.labels", "a=b=c", "--run.tags", "one", "--run.tags", "two", "--run.parameters", '{ "n" : [1, 2] }'],
     {"run": {"definition": "etl", "kind": "RUN_KIND_TASK", "labels": {"team": "x", "a": "b=c"}, "tags": ["one", "two"],
              "parameters": {"n": [1, 2]}}}),
    (["martlet_run_create_run", "--run.kind", "RUN_KIND_FLOW"], {"run": {"kind": "RUN_KIND_FLOW"}}),
    (["martlet_run_create_run", "--run.kind", "1"], {"run": {"kind": 1}}),
    (["martlet_run_create_run", "--run.dependencies", '{"runId":"a"}', "--run.dependencies", '{"runId":"b"}'],
     {"run": {"dependencies": [{"runId": "a"}, {"runId": "b"}]}}),
    (["martlet_run_create_run", "--run", '{"id":"x","tags":[]}', "--namespace", "n"],
     {"run": {"id": "x", "tags": []}, "namespace": "n"}),
    (["martlet_run_create_run", "--run.state.type", "scheduled", "--run.state.scheduled.due-time", "2027-01-01T00:00:00Z"],
     {"run": {"state": {"type": "STATE_TYPE_SCHEDULED", "scheduled": {"dueTime": "2027-01-01T00:00:00Z"}}}}),
    (["martlet_run_update_run", "--run.state.completed.result.size", "9007199254740993"],
     {"run": {"state": {"completed": {"result": {"size": "9007199254740993"}}}}}),
    (["martlet_run_cancel_run", "--id", "x", "--grace", "5"], {"id": "x", "grace": "5s"}),
    (["martlet_run_count_runs", "--group-by", "kind", "--group-by", "state.type"], {"groupBy": ["kind", "state.type"]}),
    (["martlet_log_list_logs", "--include-descendants"], {"includeDescendants": True}),
    (["martlet_log_list_logs", "--include-descendants", "--run-id", "x"], {"includeDescendants": True, "runId": "x"}),
    (["martlet_log_list_logs", "--include-descendants", "false"], {"includeDescendants": False}),
    (["martlet_log_list_logs", "--include-descendants=true"], {"includeDescendants": True}),
    (["martlet_log_list_logs", "--min-level", "warning"], {"minLevel": "LOG_LEVEL_WARNING"}),
    (["martlet_log_batch_write_logs", "--entries", '{"line":"1"}'], {"entries": [{"line": "1"}]}),
    (["martlet_report_batch_report", "--session.lease", "3", "--session.id", "s", "--reports", '{"runId":"r"}'],
     {"session": {"lease": "3s", "id": "s"}, "reports": [{"runId": "r"}]}),
    (["martlet_artifact_put_artifact", "--artifact.progress", "12.5", "--artifact.key", "k"],
     {"artifact": {"progress": 12.5, "key": "k"}}),
    (["martlet_artifact_put_artifact", "--artifact.progress", "NaN"], {"artifact": {"progress": "NaN"}}),
    (["martlet_artifact_put_artifact", "--artifact.table", "[1,\n2]"], {"artifact": {"table": [1, 2]}}),
    (["martlet_system_ping", "--payload", "\x01hällo"], {"payload": "AWjDpGxsbw=="}),
    (["martlet_system_ping", "--json", ' {"payload": "AA=="} '], {"payload": "AA=="}),
]

MISTAKES = [
    (["martlet_run_get_run", "x"], "unexpected argument 'x'"),
    (["martlet_run_get_run", "--bogus", "x"], "unknown flag --bogus"),
    (["martlet_run_get_run", "--"], "unexpected argument"),
    (["martlet_run_get_run", "--*", "x"], "unknown flag --*"),
    (["martlet_run_get_run", "--id"], "--id needs a value"),
    (["martlet_run_list_runs", "--page-size", "many"], "--page-size takes an integer"),
    (["martlet_run_list_runs", "--page-size", "07"], "--page-size takes an integer"),
    (["martlet_run_list_runs", "--page-size", "1}"], "--page-size takes an integer"),
    (["martlet_run_list_runs", "--wait", "soon"], "--wait takes a duration"),
    (["martlet_run_list_runs", "--wait", "1\n2"], "--wait takes a duration"),
    (["martlet_run_create_run", "--run.kind", "dance"], "--run.kind takes one of UNSPECIFIED,FLOW,TASK"),
    (["martlet_run_create_run", "--run.labels", "x"], "--run.labels takes KEY=VALUE"),
    (["martlet_run_create_run", "--run", "{"], "--run takes JSON"),
    (["martlet_run_create_run", "--run", "{}", "--run.name", "x"], "a flag above it"),
    (["martlet_run_create_run", "--run.name", "x", "--run", "{}"], "a flag above it"),
    (["martlet_run_create_run", "--json", "{}", "--run.name", "x"], "--json is the whole request"),
    (["martlet_run_create_run", "--json", "[]"], "--json takes an object"),
    (["martlet_log_list_logs", "--include-descendants=maybe"], "takes true or false"),
    (["martlet_artifact_put_artifact", "--artifact.progress", "1,2"], "--artifact.progress takes a number"),
]


def functions():
    return re.findall(r"^(martlet_\w+)\(\) \{\n  case \$\{1-\} in\n    --help", CLIENT.read_text(), re.MULTILINE)


class Flags(ShellTest):
    """What is sent."""

    def testGolden(self):
        for arguments, request in GOLDEN:
            with self.subTest(arguments=arguments):
                output = self.output('"$@"', *arguments, MARTLET_DRY_RUN="1")
                self.assertEqual(json.loads(output), request)
                self.assertEqual(output.count(b"\n"), 1)

    def testMistakes(self):
        for arguments, complaint in MISTAKES:
            with self.subTest(arguments=arguments):
                done = self.shell('"$@"', *arguments, code=2, MARTLET_DRY_RUN="1")
                self.assertIn(complaint, done.stderr.decode())
                self.assertEqual(done.stdout, b"")

    def testNamespace(self):
        cases = [(["--id", "x"], {"namespace": 'n"s', "id": "x"}), (["--namespace", "other"], {"namespace": "other"}),
                 (["--json", '{"id":"x"}'], {"namespace": 'n"s', "id": "x"}), (["--json", "{}"], {"namespace": 'n"s'}),
                 (["--json", '{"namespace":"o"}'], {"namespace": "o"})]
        for arguments, request in cases:
            with self.subTest(arguments=arguments):
                output = self.output('martlet_run_get_run "$@"', *arguments, MARTLET_DRY_RUN="1", MARTLET_NAMESPACE='n"s')
                self.assertEqual(json.loads(output), request)
        self.assertEqual(json.loads(self.output("martlet_system_ping", MARTLET_DRY_RUN="1", MARTLET_NAMESPACE="n")), {})

    def testOptionsOfTheShell(self):
        """It works, and leaves nothing behind, whatever the script has set."""
        names = "set | sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/\\1/p' | grep -v PIPESTATUS | sort"
        script = f'before= after= IFS=e; set -euCf; before=$({names}); MARTLET_DRY_RUN=1 martlet_run_list_runs "$@"; '
        script += f'after=$({names}); [ "$before" = "$after" ]'
        output = self.output(script, "--filter", "e *", "--wait", "5m")
        self.assertEqual(json.loads(output), {"filter": "e *", "wait": "300s"})


class Help(ShellTest):
    """Each function explains itself."""

    def testHelp(self):
        names = functions()
        self.assertGreater(len(names), 15)
        script = 'for name; do "$name" --help; printf "\\036"; done'
        for name, text in zip(names, self.output(script, *names).decode().split("\x1e")):
            with self.subTest(name=name):
                self.assertTrue(text.startswith(f"Usage: {name} "))
                self.assertIn("--json JSON", text)
                self.assertTrue(all(len(line) <= 100 for line in text.splitlines()))
        overview = self.output("martlet_help").decode().splitlines()
        self.assertEqual([line for line in overview if not line.startswith(" ")], names)

    def testHelpBehindFlags(self):
        self.assertIn(b"Returns one run.", self.output("martlet_run_get_run --id x --help"))

    def testEveryFlagIsExplained(self):
        text = CLIENT.read_text()
        for name in functions():
            body = text[text.index(f"\n{name}() {{"):]
            body = body[:body.index("\n}\n")]
            table = re.search(rf" {name} '\n(.*?)' \"\$@\"", body, re.DOTALL).group(1)
            flags = [line.split(" ")[0] for line in table.splitlines()]
            self.assertEqual(re.findall(r"^  --(\S+) ", body, re.MULTILINE), [*flags, "json"], name)


class Calls(RecorderTest):
    """What reaches the server and what comes back."""

    def testRequest(self):
        output = self.output(
            'martlet_run_get_run --id "$1"', 'a "b"', MARTLET_API_KEY="mlt_abc", MARTLET_TRACEPARENT="00-1-2-01",
            MARTLET_API_URL=f"http://127.0.0.1:{self.port}/", http_proxy="http://127.0.0.1:1")
        self.assertEqual(output, b'{"run": {"id": "x"}}\n')
        request, = self.requests()
        self.assertEqual((request["method"], request["body"]), ("RunService/GetRun", {"id": 'a "b"'}))
        headers = request["headers"]
        self.assertEqual(headers["content-type"], "application/json")
        self.assertEqual(headers["authorization"], "Bearer mlt_abc")
        self.assertEqual(headers["traceparent"], "00-1-2-01")

    def testLargeRequest(self):
        markdown = 'x"ä\n' * 250000
        self.shell("martlet_artifact_put_artifact --artifact.markdown \"$(cat)\"", stdin=markdown.encode())
        self.assertEqual(self.requests()[0]["body"], {"artifact": {"markdown": markdown.rstrip("\n")}})

    def testCall(self):
        self.output("martlet_call SystemService/Ping", stdin=b'{"payload":"AA=="}')
        self.assertEqual(self.requests()[0]["body"], {"payload": "AA=="})
        self.shell("martlet_call Ping", code=2)

    def testRefusals(self):
        info = "ChVFVEFHX01JU01BVENIX0VYQU1QTEUSC21hcnRsZXQuZGV2"
        bad = "ChsKBnJ1bi5pZBIRaXQgaXMgbm90IGEgVVVJRC4"
        cases = [
            (404, {"code": "not_found", "message": "no such run"}, 3, "RunService/GetRun: not_found: no such run"),
            (401, {"code": "unauthenticated", "message": "who?"}, 4, "unauthenticated: who?"),
            (403, {"code": "permission_denied"}, 4, "permission_denied"),
            (503, {"code": "unavailable", "message": "a\nb"}, 5, "unavailable: a b"),
            (409, {"code": "aborted", "message": "m", "details": [{"type": "google.rpc.ErrorInfo", "value": info}]}, 1,
             "m (ETAG_MISMATCH_EXAMPLE)"),
            (400, {"code": "invalid_argument", "message": "é", "details": [
                {"type": "google.rpc.ErrorInfo", "value": info},
                {"type": "google.rpc.BadRequest", "value": bad}]}, 1, "é (ETAG_MISMATCH_EXAMPLE) [field run.id]"),
            (400, {"code": "invalid_argument", "message": "m", "details": [
                {"type": "google.rpc.BadRequest", "value": "", "debug": {"fieldViolations": [{"field": "run.x"}]}}]}, 1,
             "m [field run.x]"),
            (502, "<html>bad gateway</html>", 5, "unavailable: HTTP status 502"),
            (404, "", 1, "unimplemented: HTTP status 404"),
            (500, '{"code":', 1, "unknown: HTTP status 500"),
        ]
        for status, body, code, complaint in cases:
            with self.subTest(status=status, body=body):
                self.order({"method": "RunService/GetRun", "status": status, "body": body})
                done = self.shell("martlet_run_get_run --id x", code=code)
                self.assertEqual(done.stdout, b"")
                self.assertIn(complaint, done.stderr.decode())

    def testUnreachable(self):
        self.stopRecorder()
        done = self.shell("martlet_run_get_run --id x", code=5)
        self.assertIn(b"no answer from http://127.0.0.1", done.stderr)

    def testStrangeKey(self):
        self.shell("martlet_run_get_run", code=4, MARTLET_API_KEY='x"\nurl = "http://evil')
        self.assertEqual(self.requests(), [])


if __name__ == "__main__":
    unittest.main()
