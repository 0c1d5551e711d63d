// Decides what must hold of each kind of pull step, and of the functions that they bring: they come to where the run works,
// again without the network where that is possible, and a step that fails says which it was and why.

import Foundation
import Martlet
import MartletProto
import MartletWire
import ServerProcess
import Testing

@testable import MartletWorker

@Suite(.timeLimit(.minutes(10))) struct PullTests {
  private func step(_ kind: PullStep.Kind) -> PullStep { PullStep(kind: kind) }

  @Test func aBranchIsPulledAnewAndACommitWithoutTheRepository() async throws {
    try await Workshop.with { workshop in
      let repository = workshop.directory.appending(path: "origin").path
      let git = "git -c user.name=a -c user.email=a@example.com -C origin"
      try workshop.shell(
        """
        mkdir -p \(workshop.directory.path); git init -q -b main origin
        echo one > origin/file; \(git) add .; \(git) commit -qm one
        """)
      func pull(_ change: (inout PullStep.Git) -> Void) async throws -> (Run, Job) {
        let job = try await workshop.job(
          shell: "printf '\"%s\"' \"$(cat file)\" > $MARTLET_OUTPUT; git rev-parse HEAD"
        ) {
          var source = PullStep.Git(repository: repository)
          change(&source)
          $1.pullSteps = [step(.git(source))]
        }
        return (try await workshop.finish(job), job)
      }
      let (first, job) = try await pull { _ in }
      #expect(first.result == "one", "\(first)")
      let commit = try #require(
        try await workshop.lines(job).first { $0.utf8.count == 40 && !$0.contains(" ") })
      try workshop.shell("echo two > origin/file; \(git) commit -qam two; \(git) tag -am x v2")
      #expect(try await pull { $0.branch = "main" }.0.result == "two")
      #expect(try await pull { $0.branch = "v2" }.0.result == "two")
      #expect(try await pull { $0.commit = commit }.0.result == "one")
      // The repository is out of reach: a commit that was here once still is.
      try workshop.shell("mv origin away")
      #expect(try await pull { $0.commit = commit }.0.result == "one")
      let failed = try await pull { $0.branch = "main" }.0
      #expect(failed.failure?.errorType == "PullStepFailed")
      #expect(failed.failure?.errorMessage.contains("pull step 1 (git)") == true)
      #expect(
        try await pull { $0.branch = "--upload-pack=x" }.0.failure?.errorType == "PullStepFailed")
    }
  }

  @Test func aKilledPullIsInNobodysWayAndAWaitForOneCanBeCancelled() async throws {
    try await Workshop.with { workshop in
      let repository = workshop.directory.appending(path: "origin").path
      try workshop.shell(
        """
        git init -q -b main origin; echo one > origin/file
        git -C origin add .; git -c user.name=a -c user.email=a@example.com -C origin commit -qm one
        """)
      func job() async throws -> Job {
        try await workshop.job(shell: "cat file") {
          $1.pullSteps = [step(.git(PullStep.Git(repository: repository, branch: "main")))]
        }
      }
      #expect(try await workshop.finish(try await job()).state?.type == .completed)
      // What a git leaves that is killed while it writes.
      try workshop.shell(
        """
        cd state/cache/git/*[0-9a-f]/; touch packed-refs.lock HEAD.lock config.lock
        for ref in refs/*/*; do touch $ref.lock; done
        """)
      #expect(try await workshop.finish(try await job()).state?.type == .completed)
      let cache = workshop.state + "/cache/git"
      let name = try #require(LocalFiles.names(in: cache).first { $0.hasSuffix(".lock") })
      let held = try #require(try HeldLock("\(cache)/\(name)"))
      defer { held.release() }
      let waiting = try await job()
      try await workshop.launch(waiting)
      try await workshop.line(waiting, "Another run is fetching the same: waiting for it")
      await workshop.launcher.stop(waiting.id, isUrgent: false)
      #expect(await workshop.end(of: waiting) == .exited(0))
      #expect(try await workshop.run(waiting).state?.type == .cancelled)
    }
  }

  @Test func localDirectoriesAreUsedInPlaceOrCopied() async throws {
    try await Workshop.with { workshop in
      let file = try workshop.write("x", to: "place/deep/file")
      let place = workshop.directory.appending(path: "place").path
      for isCopied in [false, true] {
        let job = try await workshop.job(shell: "cat file && echo y > file") {
          $1.pullSteps = [
            step(.local(PullStep.Local(path: place, copy: isCopied))),
            step(.workingDirectory(PullStep.WorkingDirectory(path: "deep"))),
          ]
        }
        try "x\n".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try await workshop.finish(job).state?.type == .completed)
        #expect(try await workshop.lines(job).contains("x"))
        #expect(try String(contentsOfFile: file, encoding: .utf8) == (isCopied ? "x\n" : "y\n"))
      }
    }
  }

  @Test(arguments: ["tar", "zip"])
  func archivesAreCheckedAndUnpacked(kind: String) async throws {
    try await Workshop.with { workshop in
      _ = try workshop.write("packed\n", to: "pack/top/file")
      let archive = workshop.directory.appending(path: "a.\(kind)").path
      try workshop.shell(
        kind == "tar" ? "tar -czf \(archive) -C pack top" : "cd pack && zip -qr \(archive) top")
      try workshop.shell("sha256sum \(archive) | cut -d' ' -f1 | tr -d '\\n' > sum")
      let sum = try String(
        contentsOf: workshop.directory.appending(path: "sum"), encoding: .utf8)
      for (location, digest) in [(archive, sum), ("file://\(archive)", ""), (archive, "00")] {
        let job = try await workshop.job(shell: "cat file") {
          $1.pullSteps = [
            step(.archive(PullStep.Archive(source: location, sha256: digest, stripComponents: 1)))
          ]
        }
        let run = try await workshop.finish(job)
        if digest == "00" {
          #expect(run.failure?.errorMessage.contains("has the digest sha256:\(sum)") == true)
        } else {
          #expect(run.state?.type == .completed, "\(run)")
          #expect(try await workshop.lines(job).contains("packed"))
        }
      }
    }
  }

  @Test func anArchiveThatIsNotThereIsNamed() async throws {
    try await Workshop.with { workshop in
      let job = try await workshop.job(shell: "true") {
        $1.pullSteps = [step(.archive(PullStep.Archive(source: "/no/such.tar")))]
      }
      #expect(
        try await workshop.finish(job).failure?.errorMessage
          == "pull step 1 (archive): there is no file /no/such.tar")
    }
  }

  @Test func aScriptPreparesAndItsFailureNamesTheStep() async throws {
    try await Workshop.with { workshop in
      let good = try await workshop.job(shell: "cat made") {
        $1.pullSteps = [step(.shell(PullStep.Shell(script: "echo by-step > made")))]
      }
      #expect(try await workshop.finish(good).state?.type == .completed)
      #expect(try await workshop.lines(good).contains("by-step"))
      let marker = workshop.directory.appending(path: "ran").path
      let bad = try await workshop.job(shell: "touch \(marker)") {
        $1.pullSteps = [
          step(.shell(PullStep.Shell(script: "true"))),
          step(.shell(PullStep.Shell(script: "echo oh no >&2; exit 4"))),
        ]
      }
      let run = try await workshop.finish(bad)
      #expect(run.failure?.errorType == "PullStepFailed")
      #expect(run.failure?.errorMessage == "pull step 2 (shell): /bin/sh left with 4: oh no")
      #expect(!FileManager.default.fileExists(atPath: marker))
    }
  }

  @Test func aPullThatHangsIsEndedWithTheRunsTime() async throws {
    try await Workshop.with { workshop in
      let job = try await workshop.job(shell: "true") {
        $0.timeout = .seconds(1)
        $1.pullSteps = [step(.shell(PullStep.Shell(script: "sleep 63")))]
      }
      let run = try await workshop.finish(job)
      #expect(run.state?.name == "TimedOut")
      #expect(run.failure?.errorMessage.contains("pull step 1") == true)
    }
  }

  @Test func aFunctionOfAPulledFileGetsItsParametersAndPackages() async throws {
    try await Workshop.with { workshop in
      // A wheel made by hand: no index is asked.
      _ = try workshop.write("answer = 42\n", to: "wheel/tiny_package.py")
      let info = "wheel/tiny_package-1.0.dist-info"
      _ = try workshop.write(
        "Metadata-Version: 2.1\nName: tiny-package\nVersion: 1.0\n", to: "\(info)/METADATA")
      _ = try workshop.write(
        "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        to: "\(info)/WHEEL")
      _ = try workshop.write("", to: "\(info)/RECORD")
      try workshop.shell("cd wheel && zip -qr ../tiny_package-1.0-py3-none-any.whl .")
      let wheel = workshop.directory.appending(path: "tiny_package-1.0-py3-none-any.whl").path
      _ = try workshop.write("\(wheel)\n", to: "code/requirements.txt")
      _ = try workshop.write(
        """
        import martlet, tiny_package
        @martlet.task
        def double(n): return 2 * n
        @martlet.flow(retries=1)
        def main(n, text="x"):
            martlet.current_run().log("a word of the flow")
            return {"n": double(n), "text": text, "answer": tiny_package.answer}
        """, to: "code/job.py")
      let job = try await workshop.job([], entrypoint: "job.py:main") {
        $0.parameters = ["n": 4]
        $1.pullSteps = [
          step(.local(PullStep.Local(path: workshop.directory.appending(path: "code").path))),
          step(.pip(PullStep.Pip(requirements: "requirements.txt"))),
        ]
      }
      let run = try await workshop.finish(job)
      #expect(run.result == ["n": 8, "text": "x", "answer": 42], "\(run)")
      #expect(try await workshop.lines(job).contains("a word of the flow"))
      var children = ListRunsRequest()
      children.filter = "parent_id = \"\(run.id)\""
      let below = try await workshop.client.runs.listRuns(children).runs
      #expect(below.map(\.definition) == ["double"])
    }
  }

  @Test func aFunctionsErrorIsTheRuns() async throws {
    try await Workshop.with { workshop in
      let path = try workshop.write("def main(n):\n    raise LookupError(n)\n", to: "job.py")
      let job = try await workshop.job([], entrypoint: "\(path):main") { run, _ in
        run.parameters = ["n": "gone"]
      }
      let failure = try await workshop.finish(job).failure
      #expect(failure?.errorType == "LookupError")
      #expect(failure?.errorMessage == "gone")
      #expect(failure?.traceback.contains("line 2, in main") == true)
    }
  }
}
