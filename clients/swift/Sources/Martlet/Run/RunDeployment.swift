// Decides how a program has a deployment run, as a child of its own run or on its own, and waits for the end.

internal import MartletCall
public import MartletProto
public import MartletWire

extension Reporting {
  /// Creates a run of a deployment and waits for its end. A child of the run that this process works for, if there is one.
  ///
  /// - Parameters:
  ///   - deployment: `flow/name`, or its id.
  ///   - parameters: Over those of the deployment.
  ///   - jobVariables: Values for the pool's template, over those of the deployment.
  ///   - dueTime: When it may start; nil for at once.
  ///   - timeout: How long to wait; nil waits for ever, zero not at all.
  ///   - isSubflow: Whether it is a child.
  /// - Returns: the run as it was last seen.
  /// - Throws: `Status`, as every call does.
  public func runDeployment(
    _ deployment: String, parameters: [String: JSONValue] = [:],
    jobVariables: [String: JSONValue] = [:], at dueTime: Timestamp? = nil, name: String = "",
    tags: [String] = [], timeout: Duration? = nil, isSubflow: Bool = true
  ) async throws -> Run {
    try await runDeployment(
      deployment, parent: isSubflow ? parentRunID : nil, parameters: parameters,
      jobVariables: jobVariables, at: dueTime, name: name, tags: tags, timeout: timeout)
  }

  func runDeployment(
    _ deployment: String, parent: String?, parameters: [String: JSONValue],
    jobVariables: [String: JSONValue], at dueTime: Timestamp?, name: String, tags: [String],
    timeout: Duration?
  ) async throws -> Run {
    var run = Run()
    run.id = Identifier.timeOrdered()
    run.name = name
    run.parentID = parent ?? ""
    run.parameters = parameters.isEmpty ? nil : parameters
    run.jobVariables = jobVariables.isEmpty ? nil : jobVariables
    run.tags = tags
    if let dueTime {
      run.state = State(type: .scheduled, detail: .scheduled(.init(dueTime: dueTime)))
    }
    let request = CreateRunRequest(
      namespace: environment.namespace, run: run, deployment: deployment)
    let end = timeout.map { ContinuousClock.now + $0 }
    // The id makes a repeat harmless.
    var created: Run?
    var attempt = 1
    while created == nil {
      do {
        created = try await client.runs.createRun(request).run ?? run
      } catch let status as Status where status.code == .unavailable && attempt < 5 {
        try await Task.sleep(for: .milliseconds(100 << attempt))
        attempt += 1
      }
    }
    if timeout == .zero { return created ?? run }
    return try await client.awaitEnd(of: run.id, in: environment.namespace, until: end)
  }
}

extension TrackedRun {
  /// Creates a run of a deployment as a child of this run, and waits for its end; see ``Reporting``.
  public func runDeployment(
    _ deployment: String, parameters: [String: JSONValue] = [:],
    jobVariables: [String: JSONValue] = [:], at dueTime: Timestamp? = nil, name: String = "",
    tags: [String] = [], timeout: Duration? = nil
  ) async throws -> Run {
    try await reporting.runDeployment(
      deployment, parent: id, parameters: parameters, jobVariables: jobVariables, at: dueTime,
      name: name, tags: tags, timeout: timeout)
  }
}

extension Client {
  /// Waits until a run has ended, whatever becomes of the server meanwhile, or the time is over.
  fileprivate func awaitEnd(
    of id: String, in namespace: String, until end: ContinuousClock.Instant?
  ) async throws -> Run {
    let watch = WatchRunsRequest(namespace: namespace, runIDs: [id], untilEnded: true)
    while true {
      do {
        let left = end.map { max(.milliseconds(1), $0 - .now) }
        let call = try await runs.watchRuns(watch, options: CallOptions(timeout: left))
        for try await _ in call.responses {}
      } catch let status as Status
        where status.code == .unavailable || status.code == .deadlineExceeded
      {}
      do {
        let run = try await runs.getRun(GetRunRequest(namespace: namespace, id: id)).run ?? Run()
        switch run.state?.type {
        case .completed?, .failed?, .cancelled?, .crashed?: return run
        default: if let end, end <= .now { return run }
        }
      } catch let status as Status where status.code == .unavailable {
        if let end, end <= .now { throw status }
      }
      try await Task.sleep(for: .milliseconds(200))
    }
  }
}
