// Decides how what a manifest says of runs is laid over what the server has, and how it is read back.

import MartletModel
import MartletProto
import MartletWire

extension MartletProto.DeploymentSpec {
  /// Becomes what a manifest says of its runs, where it says something.
  mutating func take(_ policy: RunPolicyManifest) {
    if policy.hasRetry {
      var retry = retry ?? MartletProto.RetryPolicy()
      retry.take(policy)
      self.retry = retry
    }
    if let wanted = policy.limits { limits = wanted.map { RunLimit($0) } }
    if let labels = policy.labels { runLabels = labels }
    var loss = MartletProto.LossPolicy()
    switch policy.loss {
    case nil: return
    case .crash?: loss.action = .crash
    case .wait?: loss.action = .wait
    case .rerun(let most)?:
      loss.action = .rerun
      loss.maxReruns = most
    }
    self.loss = loss
  }

  /// Everything that a manifest could say of its runs.
  var runPolicy: RunPolicyManifest {
    var policy = RunPolicyManifest()
    if let retry {
      policy.retries = Int(retry.maxRetries)
      policy.delay =
        retry.exponential.map { growing in
          .growing(
            first: growing.first.map { Interval($0) } ?? .zero, factor: growing.factor,
            most: growing.max.map { Interval($0) })
        } ?? .listed(retry.delays.map { Interval($0) })
      policy.jitter = retry.jitter
      policy.mode = retry.mode == .reschedule ? .reschedule : .inProcess
      policy.retriesCrashes = retry.retryCrashes
    }
    policy.limits = limits.map { limit in
      SlotNeed(
        LimitScope(rawValue: Int16(limit.scope.rawValue)) ?? .global, limit.name,
        slots: max(1, limit.slots),
        strategy: limit.collisionStrategy == .cancelNew ? .cancelNew : .enqueue)
    }
    policy.loss =
      switch loss?.action {
      case .rerun?:
        .rerun(
          atMost: loss.map(\.maxReruns).flatMap { $0 == 0 ? nil : $0 } ?? LossPolicy.standardReruns)
      case .wait?: .wait
      default: .crash
      }
    policy.labels = runLabels
    return policy
  }
}

extension MartletProto.RetryPolicy {
  fileprivate mutating func take(_ policy: RunPolicyManifest) {
    if let retries = policy.retries { maxRetries = Int32(retries) }
    switch policy.delay {
    case nil: break
    case .listed(let lengths)?:
      delays = lengths.map(\.length)
      exponential = nil
    case .growing(let first, let factor, let most)?:
      delays = []
      // What the server says where nothing was said, so that a plan finds no difference.
      exponential = Exponential(
        first: first.length, factor: factor ?? 2,
        max: (most ?? MartletModel.RetryPolicy.longestDelay).length)
    }
    if let part = policy.jitter { jitter = part }
    switch policy.mode {
    case nil: break
    case .inProcess?: mode = .inProcess
    case .reschedule?: mode = .reschedule
    }
    if let retries = policy.retriesCrashes { retryCrashes = retries }
  }
}

extension RunLimit {
  /// The limit as it travels.
  fileprivate init(_ need: SlotNeed) {
    self.init()
    name = need.name
    scope = MartletProto.LimitScope(rawValue: Int32(need.scope.rawValue))
    slots = need.slots
    collisionStrategy = need.strategy == .enqueue ? .enqueue : .cancelNew
  }
}
