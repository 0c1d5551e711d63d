// Decides what must hold of a job's execution: its run is begun, told and ended by its executor alone, within its limits.

import Foundation
import Martlet
import MartletProto
import MartletWire
import ServerProcess
import Testing

@testable import MartletWorker

@Suite(.timeLimit(.minutes(10))) struct ExecutionTests {
  @Test func aCommandGetsItsParametersAndItsResultIsKept() async throws {
    try await Workshop.with { workshop in
      let script = """
        echo "to stdout"; echo "to stderr" >&2
        test "$MARTLET_PARAMETER_DAY_OF_WEEK" = "Tue sday" || exit 2
        test "$MARTLET_PARAMETER_N" = 3 || exit 3
        test "$MINE" = yours || exit 4
        test "$MARTLET_EPOCH" = 1 || exit 5
        test "$(cat "$MARTLET_PARAMETERS_FILE")" = "$MARTLET_PARAMETERS" || exit 6
        printf '{"n": %s}' "$MARTLET_PARAMETER_N" > "$MARTLET_OUTPUT"
        """
      let job = try await workshop.job(shell: script) { run, launch in
        run.parameters = ["day of-week": "Tue sday", "n": 3, "list": [1, 2]]
        launch.environment = ["MINE": "yours", "MARTLET_EPOCH": "77"]
      }
      let run = try await workshop.finish(job)
      #expect(run.state?.type == .completed, "\(run)")
      #expect(run.result == ["n": 3])
      #expect(run.sessionID == job.sessionID)
      let lines = try await workshop.lines(job)
      #expect(lines.contains("to stdout") && lines.contains("to stderr"))
    }
  }

  @Test func parametersThatNoVariableHoldsAreInTheirFile() async throws {
    try await Workshop.with { workshop in
      let script = """
        test -z "${MARTLET_PARAMETERS+x}${MARTLET_PARAMETER_LONG+x}" || exit 2
        test "$MARTLET_PARAMETER_SHORT" = y || exit 3
        test "$(wc -c < "$MARTLET_PARAMETERS_FILE")" -gt 70000 || exit 4
        """
      let job = try await workshop.job(shell: script) { run, _ in
        run.parameters = ["long": .string(String(repeating: "x", count: 70_000)), "short": "y"]
      }
      let run = try await workshop.finish(job)
      #expect(run.state?.type == .completed, "\(run)")
    }
  }

  @Test func aFailureTellsWhatTheCommandWrote() async throws {
    try await Workshop.with { workshop in
      let script = """
        printf '{"type": "Odd", "message": "three", "traceback": "here", "retriable": false}' \
          > "$MARTLET_FAILURE"; exit 3
        """
      let job = try await workshop.job(shell: script) { run, _ in run.retry = .retries(5) }
      let run = try await workshop.finish(job)
      #expect(run.state?.type == .failed)
      #expect(run.attempt == 1)
      #expect(run.failure?.errorType == "Odd")
      #expect(run.failure?.errorMessage == "three")
      #expect(run.failure?.traceback == "here")
    }
  }

  @Test func theRunsPolicyTriesAgainInTheSameProcess() async throws {
    try await Workshop.with { workshop in
      let script = "echo x >> count; test $(wc -l < count) = 3"
      let job = try await workshop.job(shell: script) { run, _ in run.retry = .retries(2) }
      let run = try await workshop.finish(job)
      #expect(run.state?.type == .completed)
      #expect(run.attempt == 3)
      #expect(run.epoch == 1)
    }
  }

  @Test func aCommandThatIsNotThereFailsForGood() async throws {
    try await Workshop.with { workshop in
      let job = try await workshop.job(["no-such-command-here"]) { run, _ in
        run.retry = .retries(5)
      }
      let run = try await workshop.finish(job)
      #expect(run.failure?.errorType == "StartError")
      #expect(run.attempt == 1)
    }
  }

  @Test func theTimeLimitEndsWhatIgnoresTerm() async throws {
    try await Workshop.with { workshop in
      let job = try await workshop.job(shell: "trap '' TERM; sleep 60 & wait; sleep 60") {
        run, launch in
        run.timeout = .seconds(1)
        launch.grace = .milliseconds(100)
      }
      let run = try await workshop.finish(job)
      #expect(run.state?.type == .failed)
      #expect(run.state?.name == "TimedOut")
      // By the executor, not by the server 5 s later.
      #expect(run.executionID != "")
      let transitions = try await workshop.client.runs.listTransitions(
        ListTransitionsRequest(runID: run.id)
      ).transitions
      #expect(transitions.last?.executionID == run.executionID)
    }
  }

  @Test func aCommandHasNoneOfTheExecutorsFiles() async throws {
    try await Workshop.with { workshop in
      let job = try await workshop.job(shell: "echo $(ls /proc/self/fd) > $MARTLET_OUTPUT")
      // The fourth is the directory that is listed.
      #expect(try await workshop.finish(job).result == "0 1 2 3")
    }
  }

  @Test func whatIsBeyondTheOutputLimitIsNotLogged() async throws {
    try await Workshop.with { workshop in
      let job = try await workshop.job(
        shell: "for i in 1 2 3 4 5 6 7 8 9; do echo line-$i; done"
      ) { $1.outputLimit = 14 }
      let run = try await workshop.finish(job)
      #expect(run.state?.type == .completed)
      let lines = try await workshop.lines(job)
      #expect(lines.filter { $0.hasPrefix("line-") } == ["line-1", "line-2"])
      #expect(lines.contains { $0.hasPrefix("The limit of the output") })
    }
  }

  @Test(arguments: ["exit 0", "exec sleep 0"])
  func theScratchOfAGoodRunGoesAndThatOfAFailedOneStays(end: String) async throws {
    try await Workshop.with { workshop in
      let good = try await workshop.job(shell: "touch here; \(end)")
      _ = try await workshop.finish(good)
      #expect(!FileManager.default.fileExists(atPath: "\(workshop.state)/runs/\(good.id)"))
      let failed = try await workshop.job(shell: "touch here; exit 1")
      _ = try await workshop.finish(failed)
      let scratch = "\(workshop.state)/runs/\(failed.id)"
      #expect(FileManager.default.fileExists(atPath: scratch + "/here"))
      #expect(try await workshop.lines(failed).contains { $0.hasSuffix(scratch) })
    }
  }

  @Test func onlyTheNewestScratchesOfFailedRunsAreKept() async throws {
    try await Workshop.with { workshop in
      for _ in 0..<7 {
        let job = try await workshop.job(shell: "exit 1")
        _ = try await workshop.finish(job)
        await workshop.launcher.forget(job.id)
      }
      let kept = try FileManager.default.contentsOfDirectory(atPath: workshop.state + "/runs")
      #expect(kept.count == 5)
    }
  }

  // MARK: Stopping

  @Test func aCancellationReachesTheWholeGroupAndKillsAfterTheGrace() async throws {
    try await Workshop.with { workshop in
      let job = try await workshop.job(
        shell: "trap '' TERM; (trap '' TERM; sleep 61) & echo begun; wait; sleep 61"
      ) { $1.grace = .milliseconds(200) }
      try await workshop.launch(job)
      try await workshop.line(job, "begun")
      let pid = try #require(workshop.process(job))
      _ = try await workshop.client.runs.cancelRun(CancelRunRequest(id: job.run.id))
      #expect(await workshop.end(of: job) == .exited(0))
      #expect(try await workshop.run(job).state?.type == .cancelled)
      #expect(members(of: pid).isEmpty)
    }
  }

  @Test func theWorkersWishEndsTheRunAsCancelled() async throws {
    try await Workshop.with { workshop in
      let job = try await workshop.job(shell: "echo begun; sleep 61")
      try await workshop.launch(job)
      try await workshop.line(job, "begun")
      await workshop.launcher.stop(job.id, isUrgent: false)
      #expect(await workshop.end(of: job) == .exited(0))
      #expect(try await workshop.run(job).state?.type == .cancelled)
    }
  }

  // MARK: Ownership

  @Test func aFencedEpochRunsNothing() async throws {
    try await Workshop.with { workshop in
      let marker = workshop.directory.appending(path: "ran").path
      let job = try await workshop.job(shell: "echo ran >> \(marker); echo begun; sleep 61")
      try await workshop.launch(job)
      try await workshop.line(job, "begun")
      func isFenced() throws -> Bool {
        let path = "\(workshop.state)/other/jobs/\(job.id)"
        try JobDirectory(path: path).create(job)
        #expect(throws: ServerProcess.Failure.self) {
          try workshop.shell(
            "MARTLET_API_URL=\(workshop.server.address) \(try ServerProcess.binary().path) "
              + "worker execute --job \(path)/job.json 2> /dev/null")
        }
        return JobDirectory(path: path).end() == ExecutorCode.fenced.rawValue
      }
      // Another executor with the same offer, while the run goes on and when it is over.
      #expect(try isFenced())
      await workshop.launcher.stop(job.id, isUrgent: true)
      _ = await workshop.end(of: job)
      #expect(try isFenced())
      #expect(try String(contentsOfFile: marker, encoding: .utf8) == "ran\n")
    }
  }
}

/// The living processes of a session.
func members(of session: pid_t) -> [pid_t] {
  LocalFiles.names(in: "/proc").compactMap { pid_t($0) }
    .filter { DetachedProcess.session(of: $0) == session }
}
