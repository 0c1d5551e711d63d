// Decides what a job is: an offered run with everything that its executor must know, whatever launches it.

public import Martlet
public import MartletProto

/// A run that was offered to a worker, and how it is executed.
public struct Job: Sendable, Equatable {
  /// What is executed when the pull steps are done.
  public enum Program: Sendable, Equatable {
    /// A program and its arguments, found by `PATH`.
    case command([String])
    /// A script for `/bin/sh -c`.
    case shell(String)
    /// `FILE:FUNCTION` in Python.
    case entrypoint(String)
  }

  /// The run as it was offered: its id, definition, name, parameters, retry policy and time-out count.
  public var run: Run
  /// The epoch that the offer made.
  public var epoch: Int64
  /// The namespace of the run.
  public var namespace: String
  /// The session in which the executor reports; the worker knows it to tell the server that it is gone.
  public var sessionID: String
  /// What is executed.
  public var program: Program
  /// What is fetched first, in order.
  public var pullSteps: [PullStep] = []
  /// Variables of the program, beside the worker's own.
  public var environment: [String: String] = [:]
  /// Where the program works; nil for where the pull steps lead to.
  public var workingDirectory: String?
  /// How many bytes of its output are logged; nil for all.
  public var outputLimit: Int?
  /// How long the program may take to end when it is asked to.
  public var grace = Duration.seconds(30)

  /// Makes a job with what it cannot do without.
  public init(
    run: Run, epoch: Int64, namespace: String = "", sessionID: String = Identifier.random(),
    program: Program
  ) {
    self.run = run
    self.epoch = epoch
    self.namespace = namespace
    self.sessionID = sessionID
    self.program = program
  }

  /// What tells it from others.
  public var id: JobID { JobID(runID: run.id, epoch: epoch) }
}

/// What tells a job from others: a run that is offered again is another job.
public struct JobID: Hashable, Sendable, CustomStringConvertible {
  /// The run.
  public var runID: String
  /// The epoch of the offer.
  public var epoch: Int64

  /// Makes an id.
  public init(runID: String, epoch: Int64) {
    self.runID = runID
    self.epoch = epoch
  }

  /// Fit for a file's name.
  public var description: String { "\(runID).\(epoch)" }

  /// Reads the name of a file; nil when it is none of a job.
  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 36, let epoch = Int64(parts[1]) else {
      return nil
    }
    self.init(runID: String(parts[0]), epoch: epoch)
  }
}
