// Decides what a state carries: each type its own data, so that impossible combinations do not compile.

/// A state of a run, proposed or current: its type with its data, an open name, and a message.
public struct RunState: Sendable, Equatable {
  /// The type and what belongs to it.
  public var detail: Detail
  /// The name people see, an open vocabulary: "Late", "AwaitingRetry", "Retrying".
  public var name: String
  /// What happened, for people; may be empty.
  public var message: String
  /// What the reporter wants to be kept with it, a JSON object as text, never looked into; empty for nothing.
  public var annotations = ""

  /// The name of a RUNNING run whose process fell silent, and which waits for it.
  static let ownerLost = "OwnerLost"

  /// The type with the data only it has.
  public enum Detail: Sendable, Equatable {
    /// Waits for its time.
    case scheduled(Scheduled)
    /// Taken, not started.
    case pending
    /// The user's code runs.
    case running
    /// Waits to be resumed.
    indirect case paused(Paused)
    /// Asked to stop by `deadline`; the model sets it, a proposal leaves it nil.
    case cancelling(deadline: Instant?)
    /// Ended well.
    indirect case completed(Completed)
    /// Ended by an error.
    indirect case failed(Failed)
    /// Ended because someone asked.
    case cancelled
    /// Ended because its process or owner was lost.
    indirect case crashed(Crashed)
  }

  /// What a SCHEDULED state carries.
  public struct Scheduled: Sendable, Equatable {
    /// When the run may start; nil for at once.
    public var dueTime: Instant?
    /// Why it waits, an upper-snake word: "RETRY", "OWNER_LOST"; may be empty.
    public var reason: String
    /// What ended the attempt before; the model sets it, a proposal cannot.
    public var cause: Cause?

    /// What ended an attempt that is tried again.
    public indirect enum Cause: Sendable, Equatable {
      /// An error of the user's code.
      case failed(Failed)
      /// The loss of its process.
      case crashed(Crashed)
    }

    /// Makes the data of a SCHEDULED state.
    public init(dueTime: Instant? = nil, reason: String = "", cause: Cause? = nil) {
      self.dueTime = dueTime
      self.reason = reason
      self.cause = cause
    }
  }

  /// What a PAUSED state carries.
  public struct Paused: Sendable, Equatable {
    /// When the pause fails; nil for never.
    public var until: Instant?
    /// Which pause of the run this is.
    public var key: String
    /// The JSON schema of the input that resumes it, as JSON text; empty when none is asked for.
    public var inputSchema: String
    /// Whether nobody waits in it: its process has let it go, and whoever claims the resumed run
    /// begins anew.
    public var isSuspended: Bool

    /// Makes the data of a PAUSED state.
    public init(
      until: Instant? = nil, key: String = "", inputSchema: String = "", isSuspended: Bool = false
    ) {
      self.until = until
      self.key = key
      self.inputSchema = inputSchema
      self.isSuspended = isSuspended
    }
  }

  /// What a COMPLETED state carries.
  public struct Completed: Sendable, Equatable {
    /// The result, or where it is kept.
    public var result: Payload?
    /// The run whose cached result this is.
    public var cachedFrom: RunID?

    /// Makes the data of a COMPLETED state.
    public init(result: Payload? = nil, cachedFrom: RunID? = nil) {
      self.result = result
      self.cachedFrom = cachedFrom
    }
  }

  /// What a FAILED state carries.
  public struct Failed: Sendable, Equatable {
    /// The type of the error in its language: `ValueError`.
    public var errorType: String
    /// The error's own text.
    public var errorMessage: String
    /// The traceback.
    public var traceback: String
    /// Whether a retry may help, if the client knows.
    public var retriable: Bool?

    /// Makes the data of a FAILED state.
    public init(
      errorType: String = "", errorMessage: String = "", traceback: String = "",
      retriable: Bool? = nil
    ) {
      self.errorType = errorType
      self.errorMessage = errorMessage
      self.traceback = traceback
      self.retriable = retriable
    }
  }

  /// What a CRASHED state carries.
  public struct Crashed: Sendable, Equatable {
    /// The signal that ended the process.
    public var signal: Int32?
    /// The exit code of the process.
    public var exitCode: Int32?
    /// What the infrastructure said: "OOMKilled".
    public var note: String
    /// Whether it was concluded from a lapsed lease, and the owner may yet say otherwise; the model
    /// sets it, a proposal cannot.
    public var isPresumptive: Bool

    /// Makes the data of a CRASHED state.
    public init(
      signal: Int32? = nil, exitCode: Int32? = nil, note: String = "", isPresumptive: Bool = false
    ) {
      self.signal = signal
      self.exitCode = exitCode
      self.note = note
      self.isPresumptive = isPresumptive
    }
  }

  /// Makes a state; an empty name becomes the type's own, and "Cached" where the result came out of the cache.
  public init(_ detail: Detail, name: String = "", message: String = "") {
    self.detail = detail
    self.name = name.isEmpty ? detail.defaultName : name
    self.message = message
  }

  /// The type.
  public var type: StateType { detail.type }
}

extension RunState.Detail {
  /// The type.
  public var type: StateType {
    switch self {
    case .scheduled: .scheduled
    case .pending: .pending
    case .running: .running
    case .paused: .paused
    case .cancelling: .cancelling
    case .completed: .completed
    case .failed: .failed
    case .cancelled: .cancelled
    case .crashed: .crashed
    }
  }

  /// The name of a state that was given none.
  var defaultName: String {
    if case .completed(let completed) = self, completed.cachedFrom != nil { return "Cached" }
    return type.defaultName
  }
}
