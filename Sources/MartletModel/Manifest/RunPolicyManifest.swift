// Decides what a manifest says of how runs go: tried again, bounded, held by limits, lost; and its normal form.

/// How the runs of a deployment go. What is nil was not said.
public struct RunPolicyManifest: Sendable, Equatable {
  /// How long a retry waits.
  public enum Delay: Sendable, Equatable {
    /// Before each retry; the last one repeats, none means at once.
    case listed([Interval])
    /// Before the first, then so many times the one before, at most so long.
    case growing(first: Interval, factor: Double?, most: Interval?)
  }

  /// How often a run is tried again.
  public var retries: Int?
  /// How long each retry waits.
  public var delay: Delay?
  /// By which part a delay may be shorter or longer.
  public var jitter: Double?
  /// Who tries again.
  public var mode: RetryPolicy.Mode?
  /// Whether crashes that are reported are tried again too.
  public var retriesCrashes: Bool?
  /// Slots that a run holds.
  public var limits: [SlotNeed]?
  /// What becomes of a run that lost its executor.
  public var loss: LossPolicy?
  /// Labels of the runs.
  public var labels: [String: String]?

  /// Says nothing.
  public init() {}

  /// Whether anything is said of retries.
  public var hasRetry: Bool {
    retries != nil || delay != nil || jitter != nil || mode != nil || retriesCrashes != nil
  }
}

extension RunPolicyManifest {
  /// The members of the deployment's normal form.
  var normal: [(String, JSON?)] {
    [
      ("retries", retries.map { .integer($0) }), ("retry_delay", delay?.normal),
      ("retry_jitter", jitter.map { .double($0) }),
      ("retry_mode", mode.map { .text($0 == .inProcess ? "IN_PROCESS" : "RESCHEDULE") }),
      ("retry_crashes", retriesCrashes.map { .bool($0) }),
      ("run_limits", limits.map { .array($0.map(\.normal)) }), ("loss", loss?.normal),
      (
        "run_labels",
        labels.map { .object($0.sorted { $0.key < $1.key }.map { ($0.key, .text($0.value)) }) }
      ),
    ]
  }
}

extension RunPolicyManifest.Delay {
  fileprivate var normal: JSON {
    switch self {
    case .listed(let delays): .array(delays.map { $0 == .zero ? .integer(0) : .text($0.duration) })
    case .growing(let first, let factor, let most):
      .object([
        ("first", .text(first.duration)), ("factor", factor.map { .double($0) }),
        ("max", most.map { .text($0.duration) }),
      ])
    }
  }
}

extension SlotNeed {
  fileprivate var normal: JSON {
    .object([
      ("name", .text(name)), ("scope", .text("\(scope)")), ("slots", .integer(Int(slots))),
      ("on_collision", .text(strategy == .enqueue ? "ENQUEUE" : "CANCEL_NEW")),
    ])
  }
}

extension LossPolicy {
  fileprivate var normal: JSON {
    switch self {
    case .crash: .text("CRASH")
    case .wait: .text("WAIT")
    case .rerun(let most):
      .object([("action", .text("RERUN")), ("max_reruns", .integer(Int(most)))])
    }
  }
}
