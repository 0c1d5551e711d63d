// Decides what must hold of the executor that waits for the next job: it is used, it is not needed, and it ends with the
// worker.

import Foundation
import Martlet
import MartletProto
import ServerProcess
import Testing

@testable import MartletWorker

@Suite(.timeLimit(.minutes(10))) struct StandbyTests {
  @Test func theOneThatStandsByTakesTheNextJob() async throws {
    try await Workshop.with { workshop in
      let waiting = try #require(workshop.launcher.standBy())
      // Its own log, no input, and the mark by which what it starts is known.
      let job = try await workshop.job(
        shell: "echo $MARTLET_JOB_ID; cat; readlink /proc/$PPID/fd/2")
      let run = try await workshop.finish(job)
      #expect(run.state?.type == .completed)
      #expect(workshop.process(job) == waiting)
      let lines = try await workshop.lines(job)
      #expect(lines.first == "\(job.id)")
      #expect(lines.last == "\(workshop.state)/jobs/\(job.id)/log")
      #expect(workshop.launcher.standBy() != waiting)
    }
  }

  @Test func itHoldsTheLockOfItsJob() async throws {
    try await Workshop.with { workshop in
      let gate = workshop.directory.appending(path: "gate").path
      try workshop.shell("mkfifo \(gate)")
      _ = try #require(workshop.launcher.standBy())
      let job = try await workshop.job(shell: "echo begun; read x < \(gate)")
      try await workshop.launch(job)
      try await workshop.line(job, "begun")
      let directory = JobDirectory(path: "\(workshop.state)/jobs/\(job.id)")
      #expect(try directory.lock() == nil)
      try workshop.shell("echo go > \(gate)")
      #expect(await workshop.end(of: job) == .exited(0))
      try #require(try directory.lock()).release()
    }
  }

  @Test func oneThatIsGoneIsNotMissed() async throws {
    try await Workshop.with { workshop in
      let waiting = try #require(workshop.launcher.standBy())
      kill(waiting, SIGKILL)
      await ended(waiting)
      let job = try await workshop.job(shell: "echo here")
      #expect(try await workshop.finish(job).state?.type == .completed)
      #expect(workshop.process(job) != waiting)
      #expect(try await workshop.lines(job) == ["here"])
    }
  }

  @Test func itEndsWithTheWorker() async throws {
    try await Workshop.with { workshop in
      var waiting: pid_t?
      do {
        let launcher = try ProcessLauncher(
          stateDirectory: workshop.directory.appending(path: "other").path,
          environment: workshop.server.environment(), executable: ServerProcess.binary().path)
        waiting = launcher.standBy()
      }
      await ended(try #require(waiting))
    }
  }

  /// Waits until a process has ended, reaped or not.
  private func ended(_ pid: pid_t) async {
    while DetachedProcess.session(of: pid) != nil { await Task.yield() }
  }
}
