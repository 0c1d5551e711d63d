// Decides how the rules that a run brings along cross the contract.

internal import MartletModel
internal import MartletProto
internal import MartletWire

extension MartletModel.RetryPolicy {
  /// The longest delay of a policy that names none.
  private static let longest = longestDelay

  /// A policy that a client asks for; its bounds are checked with the run.
  ///
  /// - Throws: `InvalidValue` when it says two things at once.
  init(_ policy: MartletProto.RetryPolicy, _ field: String) throws(InvalidValue) {
    let delay: Delay
    if let growing = policy.exponential {
      guard policy.delays.isEmpty else {
        throw InvalidValue("\(field).delays", "cannot be given beside exponential")
      }
      delay = .exponential(
        first: growing.first.map(Interval.init) ?? .zero,
        factor: growing.factor == 0 ? 2 : growing.factor,
        longest: growing.max.map(Interval.init) ?? Self.longest)
    } else {
      delay = .listed(policy.delays.map(Interval.init))
    }
    let mode: Mode
    switch policy.mode {
    case .unspecified, .inProcess: mode = .inProcess
    case .reschedule: mode = .reschedule
    case .unrecognized(let number):
      throw InvalidValue("\(field).mode", "is \(number), which this server does not know")
    }
    self.init(
      maxRetries: policy.maxRetries, delay: delay, jitter: policy.jitter, mode: mode,
      retriesCrashes: policy.retryCrashes)
  }

  /// The policy as the contract writes it.
  var proto: MartletProto.RetryPolicy {
    var policy = MartletProto.RetryPolicy()
    policy.maxRetries = maxRetries
    switch delay {
    case .listed(let delays): policy.delays = delays.map(\.duration)
    case .exponential(let first, let factor, let longest):
      var growing = MartletProto.RetryPolicy.Exponential()
      growing.first = first.duration
      growing.factor = factor
      growing.max = longest.duration
      policy.exponential = growing
    }
    policy.jitter = jitter
    policy.mode = mode == .inProcess ? .inProcess : .reschedule
    policy.retryCrashes = retriesCrashes
    return policy
  }
}

extension MartletModel.LossPolicy {
  /// A policy that a client asks for; its bounds are checked with the run.
  init(_ policy: MartletProto.LossPolicy, _ field: String) throws(InvalidValue) {
    switch policy.action {
    case .rerun:
      self = .rerun(atMost: policy.maxReruns == 0 ? Self.standardReruns : policy.maxReruns)
      return
    case .unspecified, .crash: self = .crash
    case .wait: self = .wait
    case .unrecognized(let number):
      throw InvalidValue("\(field).action", "is \(number), which this server does not know")
    }
    if policy.maxReruns != 0 {
      throw InvalidValue("\(field).max_reruns", "belongs to RERUN")
    }
  }

  /// The policy as the contract writes it; nil for the plain one.
  var proto: MartletProto.LossPolicy? {
    var policy = MartletProto.LossPolicy()
    switch self {
    case .crash: return nil
    case .rerun(let most):
      policy.action = .rerun
      policy.maxReruns = most
    case .wait: policy.action = .wait
    }
    return policy
  }
}
