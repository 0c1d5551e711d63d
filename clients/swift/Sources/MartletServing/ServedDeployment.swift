// Decides what a deployment is that a program runs in place: what the server is told of it, and the code.

public import Martlet
public import MartletProto
// What a body returns is written without an import of its own.
@_exported public import MartletWire

/// A deployment and the code of its runs.
public struct ServedDeployment: Sendable {
  /// The code of a run: gets the run and its parameters, and returns the result.
  public typealias Body =
    @Sendable (_ run: TrackedRun, _ parameters: [String: JSONValue]) async throws -> JSONValue?

  /// What the server is told; whatever has no parameter of its own may be set here.
  public var deployment: Deployment
  /// Whether it stays paused when somebody has paused it, whatever ``deployment`` says.
  public var keepsPause = true
  let body: Body

  /// Names a deployment `flow/name`.
  ///
  /// - Parameters:
  ///   - schedules: when it runs by itself.
  ///   - parameters: what its runs have unless told otherwise.
  ///   - retry: how a run that fails is tried again.
  ///   - timeout: how long an attempt may take; then its task is cancelled.
  ///   - limits: slots that a run holds while it is RUNNING.
  ///   - concurrencyLimit: how many of its runs there may be in all programs together; 0 for any number.
  ///   - reruns: how often a run whose program dies is run again; else it is CRASHED.
  ///   - body: the code, executed in a task that is cancelled when the run is to stop.
  public init(
    _ flow: String, name: String, schedules: [Schedule] = [],
    parameters: [String: JSONValue] = [:], retry: RetryPolicy? = nil, timeout: Duration? = nil,
    limits: [RunLimit] = [], tags: [String] = [], concurrencyLimit: Int = 0, reruns: Int = 0,
    body: @escaping Body
  ) {
    var spec = DeploymentSpec()
    spec.parameters = parameters.isEmpty ? nil : parameters
    spec.retry = retry
    spec.timeout = timeout
    spec.limits = limits
    spec.tags = tags
    if reruns > 0 {
      spec.loss = LossPolicy(action: .rerun, maxReruns: Int32(clamping: reruns))
    }
    deployment = Deployment(flow: flow, name: name, spec: spec)
    deployment.schedules = schedules
    deployment.concurrencyLimit = Int32(clamping: concurrencyLimit)
    self.body = body
  }

  /// As people write it.
  var path: String { "\(deployment.flow)/\(deployment.name)" }
}

extension Schedule {
  /// By the fields of cron: five, six with seconds last, or a name such as `@daily`; by the clock of an IANA zone.
  public static func cron(_ expression: String, in zone: String = "") -> Schedule {
    Schedule(rule: .cron(CronRule(expression: expression)), timeZone: zone)
  }

  /// At a distance.
  public static func every(_ length: Duration, in zone: String = "") -> Schedule {
    Schedule(rule: .interval(IntervalRule(length: length)), timeZone: zone)
  }

  /// By a recurrence of RFC 5545, such as `FREQ=WEEKLY;BYDAY=MO`.
  public static func recurrence(_ text: String, in zone: String = "") -> Schedule {
    Schedule(rule: .recurrence(RecurrenceRule(text: text)), timeZone: zone)
  }
}
