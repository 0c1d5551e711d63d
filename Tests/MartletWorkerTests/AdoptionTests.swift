// Decides what must hold when a worker or an executor is killed: healthy runs go on and are found again, what an executor
// has left behind does not live on, and ends that nobody heard are told later.

import Foundation
import Martlet
import MartletProto
import MartletWire
import ServerProcess
import Testing

@testable import MartletWorker

@Suite(.timeLimit(.minutes(10))) struct AdoptionTests {
  @Test func whatAKilledExecutorHasStartedIsKilledToo() async throws {
    try await Workshop.with { workshop in
      // In another process group, as shells with job control do it.
      let job = try await workshop.job(shell: "set -m; sleep 62 & sleep 62 & echo begun; wait")
      try await workshop.launch(job)
      try await workshop.line(job, "begun")
      let pid = try #require(workshop.process(job))
      #expect(members(of: pid).count > 2)
      kill(pid, SIGKILL)
      #expect(await workshop.end(of: job) == .signalled(SIGKILL))
      #expect(members(of: pid).isEmpty)
    }
  }

  @Test func whatHasLeftItsSessionEndsWithTheRun() async throws {
    try await Workshop.with { workshop in
      let file = workshop.directory.appending(path: "stray").path
      let job = try await workshop.job(
        shell: """
          setsid sh -c 'echo $$ > \(file).part; mv \(file).part \(file); exec sleep 66' &
          until [ -s \(file) ]; do sleep 0.05; done
          """)
      #expect(try await workshop.finish(job).state?.type == .completed)
      let text = try String(contentsOfFile: file, encoding: .utf8)
      let pid = try #require(pid_t(text.split(separator: "\n").first ?? ""))
      #expect(DetachedProcess.session(of: pid) == nil)
    }
  }

  @Test func aStateDirectoryIsOneWorkersOnly() async throws {
    try await Workshop.with { workshop in
      let refused = #expect(throws: ProcessLauncher.StateInUse.self) {
        _ = try ProcessLauncher(
          stateDirectory: workshop.state, environment: workshop.server.environment(),
          executable: ServerProcess.binary().path)
      }
      #expect(refused?.description.contains(workshop.state) == true)
    }
  }

  /// A second launcher on a copy of the first one's job directories stands for the worker after a restart: the lock of
  /// the executor is on the file, which is linked.
  @Test func aWorkerThatComesBackFindsTheLivingAndHearsTheirEnds() async throws {
    try await Workshop.with { workshop in
      let gate = workshop.directory.appending(path: "gate").path
      try workshop.shell("mkfifo \(gate)")
      let job = try await workshop.job(shell: "echo begun; read x < \(gate)")
      try await workshop.launch(job)
      try await workshop.line(job, "begun")
      let later = workshop.directory.appending(path: "later").path
      try workshop.shell("mkdir later; cp -al state/jobs later/jobs")
      let restarted = try ProcessLauncher(
        stateDirectory: later, environment: workshop.server.environment(),
        executable: ServerProcess.binary().path)
      let living = try await restarted.adopt()
      #expect(living.map(\.id) == [job.id])
      try workshop.shell("echo go > \(gate)")
      #expect(await workshop.end(of: job) == .exited(0))
      // The adopted one's end file is in the first directory; here nobody saw how it ended.
      let exit = await restarted.exits.first { _ in true }
      #expect(exit == JobExit(job: job.id, sessionID: job.sessionID, ending: .lost))
    }
  }

  @Test func endsThatNobodyHeardAreToldAfterTheRestart() async throws {
    try await Workshop.with { workshop in
      let job = try await workshop.job(shell: "exit 0")
      _ = try await workshop.finish(job)
      let later = workshop.directory.appending(path: "later").path
      try workshop.shell("mkdir later; cp -a state/jobs later/jobs")
      // One that was never started, and one that was never written.
      let unstarted = try await workshop.job(shell: "exit 0")
      try JobDirectory(path: "\(later)/jobs/\(unstarted.id)").create(unstarted)
      try workshop.shell("mkdir later/jobs/\(Identifier.timeOrdered()).1")
      let restarted = try ProcessLauncher(
        stateDirectory: later, environment: workshop.server.environment(),
        executable: ServerProcess.binary().path)
      #expect(try await restarted.adopt().isEmpty)
      var found: [JobID: JobExit.Ending] = [:]
      for await exit in restarted.exits {
        found[exit.job] = exit.ending
        if found.count == 2 { break }
      }
      #expect(found == [job.id: .exited(0), unstarted.id: .lost])
      await restarted.forget(job.id)
      await restarted.forget(unstarted.id)
      #expect(try FileManager.default.contentsOfDirectory(atPath: later + "/jobs").isEmpty)
    }
  }

  @Test func aJobFileSurvivesItsWriting() async throws {
    try await Workshop.with { workshop in
      let job = try await workshop.job([], entrypoint: "a.py:b") { run, launch in
        run.parameters = ["x": [1, nil]]
        run.retry = .exponential(max: 3, first: .seconds(2))
        run.timeout = .seconds(9)
        launch.pullSteps = [
          PullStep(kind: .local(PullStep.Local(path: "/x", copy: true))),
          PullStep(kind: .shell(PullStep.Shell(script: "true"))),
        ]
        launch.environment = ["A": "b"]
        launch.grace = .milliseconds(1500)
      }
      #expect(try Job(file: job.encoded()) == job)
    }
  }
}
