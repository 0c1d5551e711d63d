// Decides what a job is: an offered run with everything that its executor must know, whatever launches it; and how it is
// written for an executor that may be of another version than the worker: as JSON, the offer as the contract has it.

public import Martlet
public import MartletProto
internal import MartletWire

/// A run that was offered to a worker.
public struct Job: Sendable, Equatable {
  /// The run, its epoch and what to start.
  public var offer: Offer
  /// The namespace of the run.
  public var namespace: String
  /// The session in which the executor reports; the worker knows it to tell the server that it is gone.
  public var sessionID: String

  /// Takes an offer.
  public init(
    _ offer: Offer, namespace: String = "", sessionID: String = Identifier.random()
  ) {
    self.offer = offer
    self.namespace = namespace
    self.sessionID = sessionID
  }

  /// What tells it from others.
  public var id: JobID { JobID(runID: run.id, epoch: offer.epoch) }

  /// The run as it was offered.
  public var run: Run { offer.run ?? Run() }

  /// A job file that says something else than a job.
  struct FileError: Error, CustomStringConvertible {
    var description: String { "the job file has no offer with a session" }
  }

  /// The bytes of the job file.
  func encoded() throws -> [UInt8] {
    let object: JSONObject = [
      "offer": try JSONValue(json: offer.encodeJSON()), "namespace": .string(namespace),
      "session": .string(sessionID),
    ]
    return try object.encodeJSON()
  }

  /// Reads a job file.
  ///
  /// - Throws: `FileError`, `WireError`.
  init(file bytes: [UInt8]) throws {
    let object = try JSONObject(json: bytes)
    guard let offer = object["offer"], case .string(let session)? = object["session"] else {
      throw FileError()
    }
    // A later version may have written it.
    let options = JSONOptions(ignoreUnknownFields: true)
    self.init(try Offer(json: offer.encodeJSON(), options: options), sessionID: session)
    if case .string(let name)? = object["namespace"] { namespace = name }
  }
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
