// Decides when two creates of one id are the same create: by a hash over what the client sent, in one
// canonical order.

/// 128 bits over what a run was created with, the same in every process and version.
///
/// It need not resist an attacker: whoever makes two contents collide confuses only a run of their
/// own.
public struct ContentDigest: Sendable, Hashable {
  /// The first eight bytes, big-endian.
  public var high: UInt64
  /// The last eight bytes, big-endian.
  public var low: UInt64

  /// Makes a digest of its two halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The digest of a run's content, as the client sent it; without `createdBy` and `traceParent`, which
  /// differ between two attempts of one create.
  public init(of run: NewRun) {
    if let sent = run.sentDigest {
      self = sent
      return
    }
    var hash = StableHash()
    hash.add(Int64(run.kind.rawValue))
    hash.add(run.name)
    hash.add(run.definition)
    hash.add(run.definitionVersion)
    hash.add(run.parentID?.value)
    hash.add(run.dueTime?.microseconds)
    hash.add(run.parameters)
    hash.add(Int64(run.dependencies.count))
    for dependency in run.dependencies {
      hash.add(dependency.runID.value)
      hash.add(dependency.parameter)
      hash.add(dependency.isData ? 1 : 0)
    }
    hash.add(Int64(run.labels.count))
    if run.labels.count == 1, let (key, value) = run.labels.first {
      hash.add(key)
      hash.add(value)
    } else {
      for (key, value) in run.labels.sorted(by: { left, right in
        left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
      }) {
        hash.add(key)
        hash.add(value)
      }
    }
    hash.add(Int64(run.tags.count))
    for tag in run.tags { hash.add(tag) }
    hash.add(run.timeout?.microseconds)
    hash.add(run.heartbeatInterval?.microseconds)
    if let retry = run.retry { hash.add(retry) }
    switch run.loss {
    case .crash: break
    case .rerun(let most): hash.add(Int64(most))
    case .wait: hash.add(Int64(0))
    }
    for need in run.limits {
      hash.add(Int64(need.scope.rawValue))
      hash.add(need.name)
      hash.add(Int64(need.slots))
      hash.add(Int64(need.strategy.rawValue))
    }
    (high, low) = hash.finish()
  }

  /// The digest of a run of a deployment, before what the deployment says is put under it.
  init(of sent: NewRun, deployment: DeploymentID, jobVariables: String, queue: QueueID? = nil) {
    let run = ContentDigest(of: sent)
    var hash = StableHash()
    hash.add(UUIDValue(high: run.high, low: run.low))
    hash.add(deployment.value)
    hash.add(jobVariables)
    if let queue { hash.add(queue.value) }
    (high, low) = hash.finish()
  }
}

extension StableHash {
  fileprivate mutating func add(_ retry: RetryPolicy) {
    add(Int64(retry.maxRetries))
    switch retry.delay {
    case .listed(let delays):
      add(Int64(delays.count))
      for delay in delays { add(delay.microseconds) }
    case .exponential(let first, let factor, let longest):
      add(first.microseconds)
      add(Int64(bitPattern: factor.bitPattern))
      add(longest.microseconds)
    }
    add(Int64(bitPattern: retry.jitter.bitPattern))
    add(Int64(retry.mode.rawValue))
    add(retry.retriesCrashes ? 1 : 0)
  }
}
