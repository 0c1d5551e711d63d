"""Flows and tasks against the real server: what it remembers is what happened."""

import pathlib
import shutil
import signal
import tempfile
import unittest

from harness import Server, ShellTest, until


class ServerTest(ShellTest):
    """A test against one server that all tests of the class share."""

    @classmethod
    def setUpClass(cls):
        directory = pathlib.Path(tempfile.mkdtemp(prefix="shellserver."))
        # A server that is started by root drops to another user, who must get in.
        directory.chmod(0o755)
        cls.addClassCleanup(shutil.rmtree, directory, ignore_errors=True)
        cls.server = Server(directory)
        cls.server.start()
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        super().setUp()
        self.environment["MARTLET_API_URL"] = self.server.url
        # The tests share a server: each has words of its own.
        self.word = "".join(letter for letter in self.id().split(".")[-1] if letter.isalnum())

    def run_(self, definition):
        runs = self.server.call("RunService/ListRuns", filter=f'definition = "{definition}"').get("runs", [])
        self.assertLessEqual(len(runs), 1, definition)
        return self.server.call("RunService/GetRun", id=runs[0]["id"])["run"] if runs else None

    def ended(self, definition):
        def look():
            run = self.run_(definition)
            return run if run and "endTime" in run["times"] else None
        return until(look, f"end of {definition}")

    def state(self, definition):
        return self.ended(definition)["state"]["type"].removeprefix("STATE_TYPE_")

    def history(self, definition):
        rows = self.server.call("RunService/ListTransitions", runId=self.ended(definition)["id"])["transitions"]
        return [row["to"]["type"].removeprefix("STATE_TYPE_") for row in rows]

    def logs(self, definition):
        return self.server.call("LogService/ListLogs", runId=self.run_(definition)["id"], pageSize=1000).get("entries", [])


class Reports(ServerTest):
    """Good days."""

    def testFlow(self):
        word = self.word
        self.shell(
            f"set -eu; martlet_flow {word} --param n=1 --label team=x --tag t; martlet_log warn 'a \"b\"'; "
            f"x=$(martlet_task {word}-one -- sh -c 'echo out; echo err >&2; echo \"{{\\\"a\\\":[1]}}\" >\"$MARTLET_OUTPUT\"'); "
            f"[ \"$x\" = out ]; martlet_task {word}-two --after {word}-one -- sh -c 'exit 3' || [ $? = 3 ]; "
            "martlet_artifact_markdown report '# \"Hi\"'; martlet_artifact_link site https://a.b/ text; "
            "martlet_artifact_image i https://a.b/c.png; "
            "martlet_artifact_table t '[{\"a\":1}]'; martlet_artifact_progress p 10; martlet_artifact_progress p 100")
        flow, one, two = self.ended(word), self.ended(f"{word}-one"), self.ended(f"{word}-two")
        self.assertEqual([run["state"]["type"] for run in [flow, one, two]],
                         ["STATE_TYPE_COMPLETED", "STATE_TYPE_COMPLETED", "STATE_TYPE_FAILED"])
        self.assertEqual((flow["parameters"], flow["labels"], flow["tags"]), ({"n": 1}, {"team": "x"}, ["t"]))
        self.assertEqual((one["parentId"], one["kind"]), (flow["id"], "RUN_KIND_TASK"))
        self.assertEqual(two["dependencies"], [{"runId": one["id"]}])
        self.assertEqual(one["state"]["completed"]["result"]["json"], {"a": [1]})
        self.assertEqual(two["state"]["failed"]["errorType"], "exit status 3")
        self.assertEqual(self.history(word), ["PENDING", "RUNNING", "COMPLETED"])
        self.assertEqual({(entry["logger"], entry["message"]) for entry in self.logs(f"{word}-one")},
                         {("stdout", "out"), ("stderr", "err")})
        self.assertEqual([(entry["level"], entry["message"]) for entry in self.logs(word)], [("LOG_LEVEL_WARNING", 'a "b"')])
        artifacts = self.server.call("ArtifactService/ListArtifacts", runId=flow["id"])["artifacts"]
        contents = {artifact["key"]: artifact for artifact in artifacts}
        self.assertEqual(len(artifacts), 5)
        self.assertEqual(contents["report"]["markdown"], '# "Hi"')
        self.assertEqual(contents["site"]["link"], {"uri": "https://a.b/", "text": "text"})
        self.assertEqual(contents["i"]["imageUri"], "https://a.b/c.png")
        self.assertEqual(contents["t"]["table"], [{"a": 1}])
        self.assertEqual(contents["p"]["progress"], 100)
        self.assertTidy()

    def testRetries(self):
        self.shell(f"martlet_task {self.word} --retries 2 -- sh -c 'echo x >>n; [ $(wc -l <n) = 3 ]'")
        self.assertEqual(self.history(self.word), ["PENDING", *["RUNNING", "SCHEDULED"] * 2, "RUNNING", "COMPLETED"])

    def testTimeout(self):
        self.shell(f"martlet_task {self.word} --timeout 1 -- sleep 60", code=124)
        state = self.ended(self.word)["state"]
        self.assertEqual((state["type"], state["name"]), ("STATE_TYPE_FAILED", "TimedOut"))

    def testManyLines(self):
        self.shell(f"martlet_task {self.word} -- awk 'BEGIN {{ for (i = 1; i <= 3500; i++) print \"é\", i }}' >/dev/null")
        request, entries = {"runId": self.ended(self.word)["id"], "pageSize": 1000}, []
        while True:
            page = self.server.call("LogService/ListLogs", **request)
            entries += page.get("entries", [])
            if not page.get("nextPageToken"):
                break
            request["pageToken"] = page["nextPageToken"]
        self.assertEqual([entry["message"] for entry in entries], [f"é {number}" for number in range(1, 3501)])

    def testTaken(self):
        """A run that waits is taken, and only once."""
        run = self.server.call("RunService/CreateRun", run={"definition": self.word, "kind": "RUN_KIND_TASK"})["run"]["id"]
        self.shell(f"martlet_task {self.word} --run-id {run} -- true")
        self.assertEqual(self.history(self.word), ["SCHEDULED", "RUNNING", "COMPLETED"])
        done = self.shell(f"martlet_task {self.word} --run-id {run} -- echo again", code=1)
        self.assertEqual(done.stdout, b"")
        self.assertIn(b"may not start", done.stderr)

    def testEvent(self):
        word = self.word
        script = (
            f"set -eu; id=$(martlet_uuid); martlet_event {word}.first --resource 'a \"b\"' --label 'k=v w=x' --label é=ü "
            f"--payload '{{\"n\": [1, {{}}]}}' --id \"$id\"; martlet_event {word}.first --resource x --id \"$id\"; "
            f"martlet_flow {word}; martlet_event {word}.second --resource r --follows \"$id\"")
        ids = self.output(script).decode().split()
        self.assertEqual((len(ids), ids[0]), (3, ids[1]))
        events = self.server.call("EventService/ListEvents", filter=f'name = "{word}.*"')["events"]
        second, first = sorted(events, key=lambda event: event["name"], reverse=True)
        self.assertEqual([first["id"], second["id"]], [ids[0], ids[2]])
        self.assertEqual(first["resource"], {"id": 'a "b"', "labels": {"k": "v w=x", "é": "ü"}})
        self.assertEqual((first["payload"], first.get("runId")), ({"n": [1, {}]}, None))
        self.assertEqual((second["follows"], second["runId"]), (ids[0], self.ended(word)["id"]))

    def testWrongEvent(self):
        for arguments in ["", "name", "--resource x", "name --resource", "name --resource x --label y",
                          "name --resource x --payload [1]", "name --resource x --payload {", "name --what x"]:
            self.assertIn(b"martlet: ", self.shell(f"martlet_event {arguments}", code=2).stderr)
        for arguments in ["martlet.mine --resource x", "name --resource x --id y"]:
            done = self.shell(f"martlet_event {arguments}", code=1)
            self.assertEqual(done.stdout, b"")
            self.assertIn(b"martlet_event", done.stderr)
        self.shell("martlet_event name --resource x", code=5, MARTLET_API_URL="http://127.0.0.1:9")

    def testVariables(self):
        name = self.word.lower()
        script = (
            "set -eu; n=$1; martlet_variable_get $n none; martlet_variable_set $n 'a \"b\"' t 'u v'; martlet_variable_get $n; "
            "martlet_variable_set $n '{\"a\": [1, null]}'; martlet_variable_get $n none; martlet_variable_set $n 007; "
            "martlet_variable_get $n; martlet_variable_set $n ''; martlet_variable_get $n; martlet_variable_set $n null; "
            "martlet_variable_get $n; martlet_variable_delete_variable --name $n >/dev/null; martlet_variable_get $n")
        done = self.shell(script, name, code=3)
        self.assertEqual(done.stdout.decode().split("\n"),
                         ["none", 'a "b"', '{"a":[1,null]}', "007", "", "null", ""])
        self.assertIn(b"not_found", done.stderr)
        self.shell("martlet_variable_set $1 x t 'u v'", name)
        variable = self.server.call("VariableService/GetVariable", name=name)["variable"]
        self.assertEqual((variable["value"], variable["tags"]), ("x", ["t", "u v"]))
        self.shell("martlet_variable_set 'Not a name' 1", code=1)
        self.shell("martlet_variable_set x", code=2)
        self.shell("martlet_variable_get $1 y", name, code=5, MARTLET_API_URL="http://127.0.0.1:9")

    def testFunctions(self):
        """The functions of the contract, one after another, as a script would use them."""
        word = self.word
        script = (
            f"set -eu; id=$(martlet_run_create_run --run.definition {word} --run.labels team=x | martlet_json_get run.id); "
            "martlet_run_update_run --run.id \"$id\" --run.name 'new \"name\"' --update-mask name | martlet_json_get run.name; "
            "martlet_run_get_run --id \"$id\" --read-mask state | martlet_json_get run.state.type; "
            f"martlet_run_list_runs --filter 'definition = \"{word}\"' | martlet_json_each runs | wc -l | tr -d ' '; "
            "martlet_run_cancel_run --id \"$id\" | martlet_json_get run.state.type; "
            "martlet_system_ping --payload 'a b' | martlet_json_get payload; "
            "martlet_run_get_run --id \"$(martlet_uuid)\"")
        done = self.shell(script, code=3)
        self.assertEqual(done.stdout.decode().splitlines(), ['new "name"', "STATE_TYPE_SCHEDULED", "1", "STATE_TYPE_CANCELLED", "YSBi"])
        self.assertIn(b"not_found", done.stderr)
        done = self.shell("martlet_run_get_run --id x", code=1)
        self.assertIn(b"[field id]", done.stderr)


class Limits(ServerTest):
    """Slots that a script holds."""

    def setUp(self):
        super().setUp()
        self.limit = self.word
        self.server.call("LimitService/CreateLimit", limit={"name": self.limit, "slots": 1})

    def taken(self):
        return self.server.call("LimitService/GetLimit", ref=self.limit)["limit"].get("slotsTaken", 0)

    def testHeldUntilReleased(self):
        done = self.shell(
            f"set -eu; martlet_limit_acquire {self.limit} --ttl 3; sleep 5; "
            f"martlet_limit_get_limit --ref {self.limit} | martlet_json_get limit.slotsTaken; martlet_limit_release; "
            f"martlet_limit_get_limit --ref {self.limit} | martlet_json_get limit.slotsTaken || echo free; "
            "martlet_limit_release || echo $?")
        self.assertEqual(done.stdout, b"1\nfree\n2\n")

    def testBackWithTheShell(self):
        holder = self.start(f"martlet_limit_acquire {self.limit} && echo in && exec 1>&- && exec sleep 60")
        self.assertEqual(holder.stdout.read(), b"in\n")
        self.assertEqual(self.taken(), 1)
        late = self.shell(f"martlet_limit_acquire {self.limit} --wait 1 || echo $?")
        self.assertEqual(late.stdout, b"1\n")
        self.assertIn(b"1 of the 1 slots", late.stderr)
        waiter = self.start(f"martlet_limit_acquire {self.limit} && echo next")
        until(lambda: self.server.call("LimitService/GetLimit", ref=self.limit)["limit"].get("waiters"), "waiter")
        holder.send_signal(signal.SIGKILL)
        self.assertEqual(waiter.communicate(timeout=60)[0], b"next\n")
        until(lambda: self.taken() == 0, "slot")

    def testLost(self):
        done = self.shell(
            f"martlet_limit_acquire {self.limit}=1; martlet_limit_reset_limit --ref {self.limit} >reset; "
            "martlet_limit_release || echo $?")
        self.assertEqual(done.stdout, b"1\n")
        self.assertIn(b"lost", done.stderr)

    def testSeveral(self):
        other = self.limit + "2"
        self.server.call("LimitService/CreateLimit", limit={"name": other, "slots": 5})
        done = self.shell(
            f"set -e; martlet_limit_acquire {self.limit} {other}=3; martlet_limit_acquire {other}; "
            f"martlet_limit_release; martlet_limit_list_leases --ref {other} | martlet_json_each leases | wc -l | tr -d ' '; "
            "martlet_limit_release")
        self.assertEqual(done.stdout, b"1\n")
        self.assertEqual(self.taken(), 0)

    def testUsage(self):
        self.shell("martlet_limit_acquire", code=2)
        self.shell(f"martlet_limit_acquire {self.limit}=x", code=2)
        self.shell(f"martlet_limit_acquire --scope nothing {self.limit}", code=2)


class Ends(ServerTest):
    """Ends that nobody wished for."""

    def running(self, definition):
        return until(lambda: (run := self.run_(definition)) and run["state"]["type"] == "STATE_TYPE_RUNNING" and run,
                     f"{definition} that runs")

    def testSignals(self):
        for name, state in [("TERM", "CRASHED"), ("INT", "CANCELLED")]:
            flow, task = f"{self.word}{name}", f"{self.word}{name}-task"
            process = self.start(f"martlet_flow {flow}; martlet_task {task} -- sleep 100")
            self.running(flow), self.running(task)
            process.send_signal(getattr(signal, f"SIG{name}"))
            process.communicate(timeout=100)
            self.assertEqual([self.state(flow), self.state(task)], [state, state])
        self.assertTidy()

    def testKilled(self):
        word = self.word
        process = self.start(f"martlet_flow {word}; martlet_task {word}-task -- sleep 100")
        self.running(word), self.running(f"{word}-task")
        process.kill()
        process.communicate(timeout=100)
        self.assertEqual([self.state(word), self.state(f"{word}-task")], ["CRASHED", "CRASHED"])
        self.assertFalse(self.ended(word)["state"]["crashed"].get("presumptive", False))
        self.assertTidy()

    def testCancelledTask(self):
        word = self.word
        process = self.start(f"martlet_flow {word}; martlet_task {word}-task -- sleep 100; echo $?", MARTLET_LEASE="3")
        self.running(word)
        run = self.running(f"{word}-task")["id"]
        self.server.call("RunService/CancelRun", id=run, message="enough")
        output, _ = process.communicate(timeout=100)
        self.assertEqual(output, b"143\n")
        self.assertEqual(self.history(f"{word}-task"), ["PENDING", "RUNNING", "CANCELLING", "CANCELLED"])
        self.assertEqual(self.state(word), "COMPLETED")

    def testCancelledFlow(self):
        """Cancelling a flow reaches its tasks and the commands that the script runs itself."""
        word = self.word
        process = self.start(f"martlet_flow {word}; martlet_task {word}-task -- sleep 100 & sleep 100; echo not here",
                             MARTLET_LEASE="3")
        run = self.running(word)["id"]
        self.running(f"{word}-task")
        self.server.call("RunService/CancelRun", id=run)
        output, _ = process.communicate(timeout=100)
        self.assertEqual(output, b"")
        self.assertEqual([self.state(word), self.state(f"{word}-task")], ["CANCELLED", "CANCELLED"])
        self.assertTidy()

    def testLongTaskOutlivesItsLease(self):
        """Heartbeats keep a silent task alive past its lease."""
        self.shell(f"martlet_task {self.word} -- sleep 8", MARTLET_LEASE="3")
        self.assertEqual(self.history(self.word), ["PENDING", "RUNNING", "COMPLETED"])


class Limits(ServerTest):
    """Tasks that need slots."""

    def limit(self, slots):
        self.server.call("LimitService/CreateLimit", limit={"name": self.word, "slots": slots})

    def testTakeTurns(self):
        """Three tasks, one slot: one after the other, in line meanwhile."""
        word = self.word
        self.limit(1)
        tasks = " ".join(f"martlet_task {word}-{number} --limit {word} -- sleep 0.3 &" for number in range(3))
        self.shell(f"martlet_flow {word}; {tasks} wait")
        times = sorted((run["times"]["startTime"], run["times"]["endTime"])
                       for run in (self.ended(f"{word}-{number}") for number in range(3)))
        for (_, end), (start, _) in zip(times, times[1:]):
            self.assertLessEqual(end, start)
        self.assertEqual(self.state(word), "COMPLETED")

    def testInterruptedInLine(self):
        word = self.word
        self.limit(1)
        holder = self.start(f"martlet_task {word}-holder --limit {word} -- sh -c 'touch in; exec sleep 100'")
        until(lambda: (self.directory / "in").exists(), "holder of the slot")
        waiter = self.start(f"martlet_task {word}-waiter --limit {word}=1 -- touch late")
        until(lambda: self.run_(f"{word}-waiter"), "waiter in line")
        waiter.send_signal(signal.SIGTERM)
        waiter.communicate(timeout=100)
        self.assertEqual(self.state(f"{word}-waiter"), "CANCELLED")
        self.assertFalse((self.directory / "late").exists())
        self.server.call("RunService/CancelRun", id=self.run_(f"{word}-holder")["id"])
        holder.communicate(timeout=100)
        self.assertEqual(self.state(f"{word}-holder"), "CANCELLED")

    def testClosed(self):
        word = self.word
        self.limit(0)
        done = self.shell(f"martlet_task {word} --limit {word} -- echo in", code=1)
        self.assertEqual(done.stdout, b"")
        self.assertIn(b"LIMIT_CLOSED", done.stderr)


class Outages(ServerTest):
    """The server goes away and comes back: everything is there, once."""

    def script(self):
        word = self.word
        return (f"set -eu; martlet_flow {word}; martlet_log hello; "
                f"martlet_task {word}-task -- sh -c 'echo one; until [ -e go ]; do sleep 0.1; done; echo two'; "
                f"martlet_artifact_markdown {word.lower()} text; martlet_task {word}-bad -- sh -c 'exit 5'")

    def check(self):
        word = self.word
        self.assertEqual(self.history(word), ["PENDING", "RUNNING", "FAILED"])
        self.assertEqual(self.history(f"{word}-task"), ["PENDING", "RUNNING", "COMPLETED"])
        self.assertEqual(self.history(f"{word}-bad"), ["PENDING", "RUNNING", "FAILED"])
        self.assertEqual([entry["message"] for entry in self.logs(f"{word}-task")], ["one", "two"])
        self.assertEqual([entry["message"] for entry in self.logs(word)], ["hello"])
        artifacts = self.server.call("ArtifactService/ListArtifacts", runId=self.run_(word)["id"])["artifacts"]
        self.assertEqual(len(artifacts), 1)
        self.assertEqual(self.spooled(), [])

    def testAwayFromTheBeginning(self):
        self.server.stop()
        (self.directory / "go").touch()
        self.shell(self.script(), code=5)
        kept = {path: path.read_bytes() for path in self.spooled()}
        self.assertGreater(len(kept), 5)
        self.server.start()
        self.shell("martlet_spool_push")
        self.check()
        # As if the answers had been lost: everything again.
        for path, content in kept.items():
            path.write_bytes(content)
        self.shell("martlet_spool_push")
        self.check()

    def testAwayInTheMiddle(self):
        process = self.start(self.script())
        until(lambda: self.run_(f"{self.word}-task") and self.logs(f"{self.word}-task"), "first line")
        self.server.stop()
        (self.directory / "go").touch()
        process.communicate(timeout=100)
        self.assertEqual(process.returncode, 5)
        self.assertTrue(self.spooled())
        self.server.start()
        self.shell("martlet_run_list_runs --page-size 1")
        self.check()

    def testRestartDuringATask(self):
        process = self.start(self.script())
        until(lambda: self.run_(f"{self.word}-task") and self.logs(f"{self.word}-task"), "first line")
        self.server.stop()
        self.server.start()
        (self.directory / "go").touch()
        process.communicate(timeout=100)
        self.assertEqual(process.returncode, 5)
        self.shell("martlet_spool_push")
        self.check()


if __name__ == "__main__":
    unittest.main()
