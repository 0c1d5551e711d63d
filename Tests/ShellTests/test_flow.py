"""Flows and tasks as a script sees them and as they are reported, in good days and bad, against the stand-in."""

import base64
import random
import signal
import time
import unittest

from harness import SEED, RecorderTest, until


class Flows(RecorderTest):
    """A script is a run."""

    def testCompleted(self):
        self.shell('martlet_flow nightly --param n=1 --param text=a=b --param flag=true --label team=x --tag t '
                   '--run-name "a name"; echo "$MARTLET_RUN_ID $MARTLET_EPOCH $MARTLET_EXECUTION_ID"')
        create, *rest = self.reports("nightly")
        self.assertEqual(create["create"], {
            "kind": "RUN_KIND_FLOW", "definition": "nightly", "name": "a name", "labels": {"team": "x"}, "tags": ["t"],
            "parameters": {"n": 1, "text": "a=b", "flag": True}})
        self.assertEqual(self.states("nightly"), ["PENDING", "RUNNING", "COMPLETED"])
        self.assertEqual([item["seq"] for item in [create, *rest]], ["1", "2", "3"])
        self.assertEqual({(item["epoch"], item["executionId"]) for item in [create, *rest]},
                         {("1", create["executionId"])})
        self.assertTidy()

    def testFailed(self):
        done = self.shell("set -eu; martlet_flow f; (exit 3); echo not here", code=3)
        self.assertEqual(done.stdout, b"")
        self.assertEqual(self.states("f"), ["PENDING", "RUNNING", "FAILED"])
        self.assertEqual(self.reports("f")[-1]["propose"]["failed"]["errorType"], "exit status 3")

    def testTrapsOfTheScript(self):
        done = self.shell("trap 'echo \"bye '\\''$?'\\''\"' EXIT; trap 'echo term' TERM; martlet_flow f; kill $$; exit 4",
                          code=4)
        self.assertEqual(done.stdout, b"term\nbye '4'\n")
        self.assertEqual(self.states("f")[-1], "FAILED")

    def testTrapSetLater(self):
        self.shell("martlet_flow f; trap 'martlet_flow_end $?' EXIT; exit 2", code=2)
        self.assertEqual(self.states("f")[-1], "FAILED")

    def testEndedByHand(self):
        output = self.output('martlet_flow one; martlet_flow_end; echo "<${MARTLET_RUN_ID-}>"; martlet_flow two')
        self.assertEqual(output, b"<>\n")
        self.assertEqual([self.states("one")[-1], self.states("two")[-1]], ["COMPLETED", "COMPLETED"])
        self.assertNotIn("parentId", self.reports("two")[0]["create"])

    def testResult(self):
        self.shell('martlet_flow f; echo " {\\"a\\": 1}" >"$MARTLET_OUTPUT"')
        self.shell('martlet_flow g; echo "no json" >"$MARTLET_OUTPUT"')
        self.assertEqual(self.reports("f")[-1]["propose"]["completed"]["result"],
                         {"mediaType": "application/json", "json": {"a": 1}})
        self.assertEqual(self.reports("g")[-1]["propose"]["completed"]["result"],
                         {"mediaType": "text/plain", "data": base64.b64encode(b"no json\n").decode()})

    def testUsage(self):
        self.shell("martlet_flow", code=2)
        self.shell("martlet_flow x --what y", code=2)
        self.shell("martlet_flow x --param y", code=2)
        self.shell("martlet_flow x; martlet_flow y", code=2)
        self.assertTidy()

    def testNested(self):
        inner = self.directory / "inner.sh"
        inner.write_text(self.command("martlet_flow inner; martlet_task leaf -- true")[-2])
        shell = " ".join(self.command("")[:-3])
        self.shell(f"martlet_flow outer; martlet_task step -- {shell} {inner}")
        outer, step, inner, leaf = (self.reports(name)[0] for name in ["outer", "step", "inner", "leaf"])
        self.assertEqual(step["create"]["parentId"], outer["runId"])
        self.assertEqual(inner["create"]["parentId"], step["runId"])
        self.assertEqual(leaf["create"]["parentId"], inner["runId"])
        traces = {item["create"]["traceParent"].split("-")[1] for item in [step, inner, leaf]}
        self.assertEqual(len(traces), 1)

    def testLogAndArtifacts(self):
        done = self.shell(
            'martlet_flow f; martlet_log "plain \\"text\\""; martlet_log warn "two\nlines"; martlet_log nonsense x; '
            'martlet_artifact_markdown report "# a"; printf "# b\n" | martlet_artifact_markdown report - "why"; '
            'martlet_artifact_link site https://x.y/ "a site"; martlet_artifact_table t "[{\\"a\\":1}]"; '
            'martlet_artifact_progress p 1; martlet_artifact_progress p 99.5; martlet_artifact_progress P 1; :')
        self.assertIn(b"WARNING  two\nlines", done.stderr)
        self.assertIn(b"no level is named NONSENSE", done.stderr)
        self.assertIn(b"usage: martlet_artifact_progress", done.stderr)
        self.assertEqual([(entry["line"], entry["level"], entry["message"]) for entry in self.logs("f")],
                         [("1", "LOG_LEVEL_INFO", 'plain "text"'), ("2", "LOG_LEVEL_WARNING", "two\nlines")])
        artifacts = [item["artifact"] for item in self.reports("f") if "artifact" in item]
        for artifact in artifacts:
            artifact["id"] = artifact["id"]
        contents = [{name: value for name, value in artifact.items() if name != "id"} for artifact in artifacts]
        self.assertEqual(contents, [
            {"key": "report", "markdown": "# a"}, {"key": "report", "description": "why", "markdown": "# b"},
            {"key": "site", "link": {"uri": "https://x.y/", "text": "a site"}}, {"key": "t", "table": [{"a": 1}]},
            {"key": "p", "progress": 1}, {"key": "p", "progress": 99.5}])
        self.assertEqual(artifacts[-1]["id"], artifacts[-2]["id"])
        self.assertNotEqual(artifacts[0]["id"], artifacts[1]["id"])

    def testLogOfARunReportedElsewhere(self):
        run = "01a1fd91-c654-7436-99b2-88d652a7762c"
        self.shell("martlet_log a; martlet_log b", MARTLET_RUN_ID=run, MARTLET_EPOCH="4")
        first, second = self.reports()
        self.assertEqual([first["log"]["message"], second["log"]["message"]], ["a", "b"])
        self.assertEqual((first["runId"], first["epoch"]), (run, "4"))
        self.assertNotEqual(first["executionId"], second["executionId"])

    def testHeartbeats(self):
        process = self.start("martlet_flow f; while :; do sleep 1; done", MARTLET_LEASE="3")
        until(lambda: sum(not request["body"]["reports"] for request in self.requests()) >= 2, "second heartbeat")
        session, = {request["body"]["session"]["id"] for request in self.requests()}
        process.kill()
        # Its reporter notices, says so, and is gone.
        until(lambda: self.states("f")[-1] == "CRASHED", "report of the loss")
        self.assertEqual(self.reports("f")[-1]["propose"]["crashed"], {"note": "the shell ended without a report"})
        self.assertTidy()


class Tasks(RecorderTest):
    """A command is a run below the script's."""

    def testOutput(self):
        data = random.Random(SEED).randbytes(300000).replace(b"\0", b"\1")
        (self.directory / "data").write_bytes(data)
        done = self.shell("martlet_flow f; martlet_task t -- sh -c 'cat data; echo oops >&2'")
        self.assertEqual(done.stdout, data, f"seed {SEED}")
        self.assertEqual(done.stderr, b"oops\n")
        logs = self.logs("t")
        self.assertEqual([int(entry["line"]) for entry in logs], list(range(1, len(logs) + 1)))
        out = [entry["message"] for entry in logs if entry["logger"] == "stdout"]
        expected = [line.removesuffix(b"\r").decode("utf-8", "replace") for line in data.split(b"\n")]
        self.assertEqual(out, expected if expected[-1] else expected[:-1], f"seed {SEED}")
        self.assertEqual([(entry["level"], entry["message"]) for entry in logs if entry["logger"] == "stderr"],
                         [("LOG_LEVEL_WARNING", "oops")])

    def testManyAndLongLines(self):
        self.shell("martlet_task t -- awk 'BEGIN { for (i = 0; i < 5000; i++) print \"line\", i; "
                   "for (i = 0; i < 20000; i++) printf \"äöü€\"; print \"\"; print \"end\" }' >/dev/null")
        messages = [entry["message"] for entry in self.logs("t")]
        self.assertEqual(messages[:5000], [f"line {number}" for number in range(5000)])
        self.assertEqual("".join(messages[5000:-1]), "äöü€" * 20000)
        self.assertTrue(all(len(message.encode()) <= 65536 for message in messages))
        self.assertEqual(messages[-1], "end")
        self.assertTrue(all(len(request["body"]["reports"]) <= 1000 for request in self.requests()))

    def testSubstitutionAndInput(self):
        output = self.output(
            'set -eu; martlet_flow f; f() { read -r a; echo "$1 $a"; }; x=$(echo in | martlet_task t -- f arg); '
            'echo "<$x>"; printf "a\\nb\\n" | martlet_task u -- cat | martlet_task v -- wc -l | tr -d " "')
        self.assertEqual(output, b"<arg in>\n2\n")
        self.assertEqual([self.states(name)[-1] for name in "tuvf"], ["COMPLETED"] * 4)

    def testExitCodes(self):
        output = self.output("for c in 0 1 3 126 127 255; do martlet_task t$c -- sh -c \"exit $c\"; echo $?; done; "
                             "martlet_task gone -- /does/not/exist; echo $?; martlet_task killed -- sh -c 'kill -9 $$'; echo $?")
        self.assertEqual(output.split(), b"0 1 3 126 127 255 127 137".split())
        self.assertEqual(self.states("t0"), ["PENDING", "RUNNING", "COMPLETED"])
        for code in [1, 3, 126, 127, 255]:
            self.assertEqual(self.reports(f"t{code}")[-1]["propose"]["failed"]["errorType"], f"exit status {code}")
        self.assertEqual(self.reports("killed")[-1]["propose"]["crashed"], {"signal": 9, "exitCode": 137})
        self.assertRegex(self.reports("gone")[-1]["propose"]["failed"]["errorMessage"], "not found|No such file")

    def testErrexitInsideFunctions(self):
        done = self.shell("set -e; f() { false; echo not here; }; martlet_task t -- f; echo nor here", code=1)
        self.assertEqual(done.stdout, b"")

    def testEnvironment(self):
        output = self.output(
            "martlet_task t --param a=1 -- sh -c 'echo $MARTLET_RUN_ID $MARTLET_EPOCH $MARTLET_EXECUTION_ID "
            "$MARTLET_TRACEPARENT; echo \"[1]\" >$MARTLET_OUTPUT'").decode().split()
        create = self.reports("t")[0]
        self.assertEqual(output[:3], [create["runId"], "1", create["executionId"]])
        self.assertRegex(output[3], "^00-[0-9a-f]{32}-[0-9a-f]{16}-01$")
        self.assertEqual(self.reports("t")[-1]["propose"]["completed"]["result"]["json"], [1])

    def testConcurrent(self):
        """`wait` collects the tasks and nothing else."""
        started = time.monotonic()
        self.shell("martlet_flow f; for n in 1 2 3; do martlet_task t$n -- sleep 1 & done; wait; martlet_task after -- true")
        self.assertLess(time.monotonic() - started, 55)
        for name in ["t1", "t2", "t3", "after"]:
            self.assertEqual(self.states(name), ["PENDING", "RUNNING", "COMPLETED"])
        self.assertTidy()

    def testRetries(self):
        output = self.output("martlet_flow f; martlet_task t --retries 3 --retry-delay 0 -- sh -c "
                             "'echo x >>count; printf try; test $(wc -l <count) -ge 3'; echo $?")
        self.assertEqual(output, b"trytrytry0\n")
        self.assertEqual(self.states("t"), ["PENDING", "RUNNING", "FAILED", "RUNNING", "FAILED", "RUNNING", "COMPLETED"])
        self.assertEqual(self.reports("t")[0]["create"]["retry"],
                         {"maxRetries": 3, "delays": ["0s"], "retryCrashes": True})
        logs = self.logs("t")
        self.assertEqual([entry["message"] for entry in logs if entry["logger"] == "stdout"], ["try"] * 3)
        self.assertEqual([int(entry["line"]) for entry in logs], list(range(1, len(logs) + 1)))
        self.assertIn("Attempt 1: exit status 1; attempt 2 of 4 in 0 s.", [entry["message"] for entry in logs])

    def testRetryDelays(self):
        """The last of several delays repeats."""
        started = time.monotonic()
        self.shell("martlet_task t --retries 3 --retry-delay 0,1 -- false", code=1)
        self.assertGreaterEqual(time.monotonic() - started, 2)
        self.assertEqual(self.reports("t")[0]["create"]["retry"]["delays"], ["0s", "1s"])
        self.assertEqual(self.states("t"), ["PENDING"] + ["RUNNING", "FAILED"] * 4)

    def testRetriesRefused(self):
        """The server has the last word: what it ends is not tried again."""
        self.shell("martlet_task t --retries 2 -- sh -c 'echo x >>count; exit 3'", code=3)
        self.order({"method": "ReportService/BatchReport", "status": 200, "body": {
            "results": [{"verdict": {"code": "CODE_REPLACED", "reason": "RUN_CANCELLING"}}]}})
        # The order answers the begin, too: such a run does not start at all.
        done = self.shell("martlet_task u --retries 2 -- echo ran", code=1)
        self.assertEqual(done.stdout, b"")

    def testRetriesUsedUp(self):
        self.shell("martlet_task t --retries 1 -- sh -c 'echo why >&2; exit 7'", code=7)
        self.assertEqual(self.states("t")[-1], "FAILED")
        self.assertEqual(self.reports("t")[-1]["propose"]["failed"], {"errorType": "exit status 7", "errorMessage": "why"})

    def testTimeout(self):
        started = time.monotonic()
        self.shell("martlet_task t --timeout 2 -- sh -c 'sleep 60 & wait'", code=124)
        self.assertGreaterEqual(time.monotonic() - started, 2)
        self.assertLess(time.monotonic() - started, 55)
        self.assertEqual(self.states("t")[-1], "FAILED/TimedOut")

    def testTimeoutOfTheStubborn(self):
        self.shell("martlet_task t --timeout 1 -- sh -c 'trap \"\" TERM; echo $$ >pid; while :; do sleep 1; done'",
                   code=124, MARTLET_KILL_AFTER="1")
        self.assertEqual(self.states("t")[-1], "FAILED/TimedOut")
        until(lambda: self.gone(int((self.directory / "pid").read_text())), "end of the command")

    def testAfter(self):
        done = self.shell(
            "martlet_flow f; martlet_task 'a b' -- sleep 1 & martlet_task c --after 'a b' -- echo c; "
            "martlet_task bad -- false; martlet_task d --after bad -- echo d; echo $?; "
            "martlet_task e --after 01a1fd91-c654-7436-99b2-88d652a7762c -- echo e; wait")
        self.assertEqual(done.stdout, b"c\n1\ne\n")
        first = self.reports("a b")
        create = self.reports("c")[0]["create"]
        self.assertEqual(create["dependencies"], [{"runId": first[0]["runId"]}])
        everything = self.reports()
        self.assertLess(everything.index(first[-1]), everything.index(self.reports("c")[0]))
        self.assertEqual(self.states("d"), ["PENDING", "FAILED/UpstreamFailed"])
        self.assertEqual(self.states("e")[-1], "COMPLETED")

    def testTaken(self):
        """A run that exists is taken by the epoch after its own."""
        self.order({"method": "RunService/GetRun", "status": 200, "body": {"run": {"epoch": "4"}}})
        run = "01a1fd91-c654-7436-99b2-88d652a7762c"
        self.shell(f"martlet_task t --run-id {run} -- true")
        self.assertEqual([(item["runId"], item["epoch"], item["seq"], item["propose"]["type"]) for item in self.reports()],
                         [(run, "5", "1", "STATE_TYPE_RUNNING"), (run, "5", "2", "STATE_TYPE_COMPLETED")])

    def testForbidden(self):
        """A task that the server forbids does not run."""
        for code in ["REFUSED", "FENCED"]:
            self.order({"method": "ReportService/BatchReport", "status": 200, "body": {
                "results": [{"verdict": {"code": f"CODE_{code}", "reason": "PARENT_STOPPED"}}]}})
            done = self.shell("martlet_task t -- echo ran", code=1)
            self.assertEqual(done.stdout, b"")
            self.assertIn(f"may not start: {code} \"PARENT_STOPPED\"".encode(), done.stderr)
            self.shell("martlet_flow f || exit 9", code=9)
        self.assertTidy()

    def testUnrecorded(self):
        """A task that the server cannot make sense of runs, unrecorded."""
        self.order({"method": "ReportService/BatchReport", "status": 400,
                    "body": {"code": "invalid_argument", "message": "too long"}})
        done = self.shell("martlet_task t -- sh -c 'echo ran; exit 6'", code=6)
        self.assertEqual(done.stdout, b"ran\n")
        self.assertIn(b"goes unrecorded", done.stderr)
        self.assertEqual(self.spooled(), [])

    def testWithoutLogs(self):
        self.assertEqual(self.output("martlet_task t --no-logs -- echo x"), b"x\n")
        self.assertEqual(self.logs("t"), [])

    def testUsage(self):
        for arguments in ["", "--x", "t", "t --", "t --retries x -- true", "t --what x -- true", "t --timeout x -- true"]:
            with self.subTest(arguments=arguments):
                self.shell(f"martlet_task {arguments}", code=2)
        self.assertEqual(self.requests(), [])


class Signals(RecorderTest):
    """What ends a script ends its runs."""

    def running(self, *names):
        for name in names:
            until(lambda: self.states(name)[-1:] == ["RUNNING"], f"{name} that runs")

    def commandOf(self, name):
        path = self.directory / name
        return int(until(lambda: path.exists() and path.read_text(), f"process of {name}"))

    def testSignalsInATask(self):
        for name, states in [("TERM", "CRASHED"), ("HUP", "CRASHED"), ("INT", "CANCELLED")]:
            with self.subTest(signal=name):
                number = getattr(signal, f"SIG{name}")
                pid = self.directory / f"pid.{name}"
                process = self.start(f"martlet_flow f{name}; martlet_task t{name} -- sh -c 'echo $$ >pid.{name}; exec sleep 60'; "
                                     "echo not here")
                command = self.commandOf(pid.name)
                self.running(f"f{name}", f"t{name}")
                process.send_signal(number)
                output, _ = process.communicate(timeout=100)
                self.assertIn(process.returncode, [-number, 128 + number])
                self.assertEqual(output, b"")
                self.assertEqual([self.states(f"f{name}")[-1], self.states(f"t{name}")[-1]], [states, states])
                until(lambda: self.gone(command), "end of the command")
        self.assertEqual(self.reports("fTERM")[-1]["propose"]["crashed"], {"signal": 15, "exitCode": 143})
        self.assertTidy()

    def testSignalReachesTasksBeside(self):
        process = self.start("martlet_flow f; for n in 1 2; do martlet_task t$n -- sleep 60 & done; wait")
        self.running("f", "t1", "t2")
        process.terminate()
        process.communicate(timeout=100)
        for name in ["t1", "t2"]:
            until(lambda: self.states(name)[-1] == "CRASHED", f"end of {name}")
        self.assertTidy()

    def testKilledScript(self):
        """Nobody can report a KILL but the reporter: tasks and commands of the script end too."""
        process = self.start("martlet_flow f; martlet_task t -- sh -c 'echo $$ >pid; exec sleep 60'")
        command = self.commandOf("pid")
        self.running("f", "t")
        process.kill()
        process.communicate(timeout=100)
        until(lambda: self.states("f")[-1] == "CRASHED", "end of the flow")
        until(lambda: self.states("t")[-1] == "CRASHED", "end of the task")
        until(lambda: self.gone(command), "end of the command")
        self.assertTidy()

    def testStandaloneTask(self):
        process = self.start("martlet_task t -- sh -c 'echo $$ >pid; exec sleep 60'")
        command = self.commandOf("pid")
        self.running("t")
        process.terminate()
        process.communicate(timeout=100)
        until(lambda: self.states("t")[-1] == "CRASHED", "end of the task")
        until(lambda: self.gone(command), "end of the command")
        self.assertTidy()

    def testCancelledTask(self):
        process = self.start("martlet_flow f; martlet_task t --retries 3 -- sh -c 'echo $$ >pid; exec sleep 60' || echo $?; "
                             "echo on", MARTLET_LEASE="3")
        command = self.commandOf("pid")
        self.running("t")
        self.order({"cancel": "t"})
        output, _ = process.communicate(timeout=100)
        self.assertEqual((process.returncode, output), (0, b"143\non\n"))
        self.assertEqual([self.states("t")[-1], self.states("f")[-1]], ["CANCELLED", "COMPLETED"])
        until(lambda: self.gone(command), "end of the command")

    def testCancelledStubbornTask(self):
        process = self.start("martlet_task t -- sh -c 'trap \"\" TERM; echo $$ >pid; while :; do sleep 1; done'",
                             MARTLET_LEASE="3")
        command = self.commandOf("pid")
        self.running("t")
        self.order({"cancel": "t"})
        process.communicate(timeout=100)
        self.assertEqual(self.states("t")[-1], "CANCELLED")
        until(lambda: self.gone(command), "end of the command")

    def testCancelledFlow(self):
        process = self.start("martlet_flow f; sh -c 'echo $$ >pid; exec sleep 60'; echo not here", MARTLET_LEASE="3")
        command = self.commandOf("pid")
        self.running("f")
        self.order({"cancel": "f"})
        output, _ = process.communicate(timeout=100)
        self.assertEqual(output, b"")
        self.assertEqual(self.states("f")[-1], "CANCELLED")
        until(lambda: self.gone(command), "end of the command")
        self.assertTidy()


    def testPaused(self):
        """Who runs is told of a pause, and goes on as it likes."""
        process = self.start("martlet_flow f; if martlet_pause_requested; then exit 1; fi; touch begun; "
                             "until martlet_pause_requested; do sleep 0.1; done; echo paused", MARTLET_LEASE="3")
        until(lambda: (self.directory / "begun").exists(), "start of the flow")
        self.order({"pause": "f"})
        output, _ = process.communicate(timeout=100)
        self.assertEqual((process.returncode, output), (0, b"paused\n"))
        self.assertEqual(self.states("f")[-1], "COMPLETED")


class Limits(RecorderTest):
    """What a task says of the limits that it needs."""

    def testOfATask(self):
        self.shell("martlet_task t --limit api --limit 'gpu \"a\"=3' -- true")
        self.assertEqual(self.reports("t")[0]["create"]["limits"],
                         [{"name": "api", "slots": 1}, {"name": 'gpu "a"', "slots": 3}])
        for wrong in ["", "=1", "api=", "api=x", "api=1=2"]:
            self.shell(f"martlet_task t --limit '{wrong}' -- true", code=2)

    def testATaskWithLimitsWaitsForTheServer(self):
        """Slots are the server's to give: nothing is kept for later, and nothing begins."""
        self.stopRecorder()
        process = self.start("martlet_task t --limit api -- sh -c 'echo in'")
        until(lambda: list((self.directory / "tmp").glob("martlet.*/frame")), "first frame")
        self.assertEqual(self.spooled(), [])
        self.startRecorder(self.port)
        output, _ = process.communicate(timeout=100)
        self.assertEqual((process.returncode, output), (0, b"in\n"))
        self.assertEqual(self.states("t"), ["PENDING", "RUNNING", "COMPLETED"])


class Spool(RecorderTest):
    """While the server is away nothing is lost, and nothing waits for it."""

    SCRIPT = ("set -eu; martlet_flow f; martlet_log hello; martlet_task t -- sh -c 'echo out; exit 0'; "
              "martlet_artifact_markdown report text; martlet_task bad -- sh -c 'exit 5' || exit 5")

    def check(self):
        self.assertEqual(self.states("f"), ["PENDING", "RUNNING", "FAILED"])
        self.assertEqual(self.states("t"), ["PENDING", "RUNNING", "COMPLETED"])
        self.assertEqual(self.states("bad"), ["PENDING", "RUNNING", "FAILED"])
        self.assertEqual([entry["message"] for entry in self.logs("t")], ["out"])
        self.assertEqual([entry["message"] for entry in self.logs("f")], ["hello"])
        definitions = [item["create"]["definition"] for item in self.reports() if "create" in item]
        self.assertEqual(definitions, ["f", "t", "bad"])
        self.assertEqual(self.spooled(), [])
        self.assertTidy()

    def testAwayFromTheBeginning(self):
        self.stopRecorder()
        self.shell(self.SCRIPT, code=5)
        kept = self.spooled()
        self.assertGreater(len(kept), 5)
        self.assertEqual(kept[0].stat().st_mode & 0o077, 0)
        self.shell("martlet_spool_push", code=5)
        self.assertEqual(self.spooled(), kept)
        self.startRecorder(self.port)
        self.shell("martlet_spool_push")
        self.check()

    def testSentByTheNextCall(self):
        self.stopRecorder()
        self.shell(self.SCRIPT, code=5)
        self.startRecorder(self.port)
        self.shell("martlet_run_get_run --id x")
        self.check()

    def testSentBeforeTheNextReport(self):
        """What was kept goes before what is new, so that a run's reports stay in order."""
        self.stopRecorder()
        process = self.start("martlet_flow f; until [ -e go ]; do sleep 0.1; done; martlet_task t -- true; martlet_log late")
        until(self.spooled, "kept report")
        self.startRecorder(self.port)
        (self.directory / "go").touch()
        process.communicate(timeout=60)
        self.assertEqual(self.states("f"), ["PENDING", "RUNNING", "COMPLETED"])
        self.assertEqual(self.reports()[0]["create"]["definition"], "f")
        self.assertEqual(self.spooled(), [])

    def testAwayInTheMiddle(self):
        process = self.start("martlet_flow f; martlet_task t -- sh -c 'echo one; until [ -e go ]; do sleep 0.1; done; echo two'")
        until(lambda: self.logs("t"), "first line")
        self.stopRecorder()
        (self.directory / "go").touch()
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        self.startRecorder(self.port)
        self.shell("martlet_spool_push")
        self.assertEqual(self.states("t")[-1], "COMPLETED")
        self.assertEqual(self.states("f")[-1], "COMPLETED")
        self.assertEqual([entry["message"] for entry in self.logs("t")], ["one", "two"])

    def testPoisonedReport(self):
        self.stopRecorder()
        self.shell("martlet_task t -- true")
        kept = self.spooled()
        kept[0].write_text("no json")
        self.startRecorder(self.port)
        self.order({"method": "ReportService/BatchReport", "status": 400, "body": {"code": "invalid_argument"}})
        done = self.shell("martlet_spool_push")
        self.assertIn(b"was refused", done.stderr)
        self.assertEqual(self.spooled(), [])
        self.assertEqual(len(list((kept[0].parent / "refused").iterdir())), len(kept))

    def testServersAreApart(self):
        self.stopRecorder()
        self.shell("martlet_task t -- true")
        kept = self.spooled()
        self.startRecorder()
        self.shell("martlet_spool_push")
        self.assertEqual(self.spooled(), kept)
        self.assertEqual(self.requests(), [])

    def testMuteServer(self):
        """A server that takes connections and says nothing holds a task up once, not with every report."""
        self.recorder.send_signal(signal.SIGSTOP)
        started = time.monotonic()
        self.shell("martlet_flow f; martlet_task t -- sh -c 'echo x; exit 6'", code=6, MARTLET_TIMEOUT="3")
        self.assertLess(time.monotonic() - started, 40)
        self.recorder.send_signal(signal.SIGCONT)
        self.shell("martlet_spool_push")
        self.assertEqual([self.states("f")[-1], self.states("t")[-1]], ["FAILED", "FAILED"])
        self.assertEqual([entry["message"] for entry in self.logs("t")], ["x"])

    def testNowhereToKeep(self):
        self.stopRecorder()
        done = self.shell("martlet_task t -- sh -c 'exit 4'", code=4, MARTLET_HOME="/proc/none")
        self.assertIn(b"it is lost", done.stderr)


if __name__ == "__main__":
    unittest.main()
