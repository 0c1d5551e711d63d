// Decides how a program comes to this machine: the steps in order, each named in the log, each beginning where the one
// before led to.

import Martlet
import MartletProto

/// Executes the pull steps of a job.
struct Puller: Sendable {
  /// What the steps came to.
  struct Place: Sendable {
    /// Where the program works.
    var directory: String
    /// What it is told beside its job.
    var environment: [String: String] = [:]
  }

  /// The step that failed.
  struct Failure: Error, Sendable {
    /// Counts from 1.
    let number: Int
    /// Its kind.
    let step: String
    /// What happened.
    let cause: PullFailure
  }

  let shell: StepShell
  let cache: String
  let scratch: String

  /// Executes steps.
  func pull(_ steps: [PullStep]) async throws(Failure) -> Place {
    var place = Place(directory: scratch)
    for (index, step) in steps.enumerated() {
      await shell.say("Pull step \(index + 1) of \(steps.count): \(step.name)")
      do throws(PullFailure) {
        try await execute(step, at: &place)
      } catch {
        throw Failure(number: index + 1, step: step.name, cause: error)
      }
    }
    return place
  }

  private func execute(_ step: PullStep, at place: inout Place) async throws(PullFailure) {
    var shell = shell
    shell.environment.merge(place.environment) { $1 }
    switch step.kind {
    case .git(let source):
      place.directory = try await GitPull(source: source, shell: shell, cache: cache)
        .pull(into: scratch)
    case .archive(let source):
      place.directory = try await ArchivePull(source: source, shell: shell)
        .pull(from: place.directory, into: scratch)
    case .local(let local):
      place.directory = try Self.directory(local.path, from: place.directory)
      guard local.copy else { break }
      let copy = try FreshDirectory.make(in: scratch, "copy")
      try await shell.execute(["cp", "-a", "--", place.directory + "/.", copy], in: scratch)
      place.directory = copy
    case .shell(let shellStep):
      try await shell.execute(["/bin/sh", "-c", shellStep.script], in: place.directory)
    case .pip(let pip):
      let library = try await PipPull(shell: shell, cache: cache)
        .pull(Self.path(pip.requirements, from: place.directory), in: place.directory)
      let before = place.environment["PYTHONPATH"] ?? shell.inherited("PYTHONPATH")
      place.environment["PYTHONPATH"] = before.isEmpty ? library : "\(library):\(before)"
    case .workingDirectory(let step):
      place.directory = try Self.directory(step.path, from: place.directory)
    case nil: throw PullFailure("this worker does not know it: it is older than the server")
    }
  }

  /// A directory as seen from another.
  private static func directory(
    _ path: String, from directory: String
  ) throws(PullFailure) -> String {
    let found = Self.path(path, from: directory)
    guard LocalFiles.isDirectory(found) else { throw PullFailure("there is no directory \(found)") }
    return found
  }

  /// A path as seen from a directory.
  static func path(_ path: String, from directory: String) -> String {
    path.hasPrefix("/") ? path : path.isEmpty ? directory : "\(directory)/\(path)"
  }
}

/// Places of their own below a run's scratch directory.
enum FreshDirectory {
  /// Makes a directory that was not there.
  static func make(in scratch: String, _ name: String) throws(PullFailure) -> String {
    for number in 1... {
      let path = number == 1 ? "\(scratch)/\(name)" : "\(scratch)/\(name)-\(number)"
      guard !LocalFiles.exists(path) else { continue }
      do { try LocalFiles.makeDirectory(path) } catch { throw PullFailure("\(error)") }
      return path
    }
    throw PullFailure("no place in \(scratch)")
  }
}

extension PullStep {
  /// What the log and failures call it.
  fileprivate var name: String {
    switch kind {
    case .git: "git"
    case .local: "local"
    case .archive: "archive"
    case .shell: "shell"
    case .pip: "pip"
    case .workingDirectory: "working_directory"
    case nil: "unknown"
    }
  }
}
