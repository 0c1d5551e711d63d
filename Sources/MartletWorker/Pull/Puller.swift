// Decides how a program comes to this machine: the steps in order, each named in the log, each beginning where the one
// before led to.

import Martlet

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
    switch step {
    case .git(let source):
      place.directory = try await GitPull(source: source, shell: shell, cache: cache)
        .pull(into: scratch)
    case .archive(let source):
      place.directory = try await ArchivePull(source: source, shell: shell)
        .pull(from: place.directory, into: scratch)
    case .local(let path, let isCopied):
      let directory = Self.path(path, from: place.directory)
      guard LocalFiles.isDirectory(directory) else {
        throw PullFailure("there is no directory \(directory)")
      }
      place.directory = directory
      guard isCopied else { break }
      place.directory = try FreshDirectory.make(in: scratch, "copy")
      try await shell.execute(
        ["cp", "-a", "--", directory + "/.", place.directory], in: scratch)
    case .shell(let script):
      try await shell.execute(["/bin/sh", "-c", script], in: place.directory)
    case .pip(let requirements):
      let library = try await PipPull(shell: shell, cache: cache)
        .pull(Self.path(requirements, from: place.directory), in: place.directory)
      let before = place.environment["PYTHONPATH"] ?? shell.inherited("PYTHONPATH")
      place.environment["PYTHONPATH"] = before.isEmpty ? library : "\(library):\(before)"
    case .workingDirectory(let path):
      place.directory = Self.path(path, from: place.directory)
      guard LocalFiles.isDirectory(place.directory) else {
        throw PullFailure("there is no directory \(place.directory)")
      }
    }
  }

  /// A path as seen from a directory.
  static func path(_ path: String, from directory: String) -> String {
    path.hasPrefix("/") ? path : "\(directory)/\(path)"
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
