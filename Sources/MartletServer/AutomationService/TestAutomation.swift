// Decides how what an automation would have done is told.

internal import MartletCall
internal import MartletEngine
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension AutomationHandlers {
  func testAutomation(
    _ request: TestAutomationRequest, context: CallContext
  ) async throws -> TestAutomationResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      var content: AutomationContent
      switch (try ObjectID(optional: request.id, "id"), request.automation) {
      case (let id?, nil):
        content = try await backend.store.automation(
          id, in: namespace, deadline: context.deadline
        ).content
      case (nil, let automation?):
        content = try AutomationContent(automation)
        if content.name.isEmpty { content.name = "test" }
        try content.validate()
      default: throw InvalidValue("id", "is required, or automation, and not both")
      }
      let window = request.window.map(Interval.init) ?? .seconds(3600)
      guard window > .zero, window <= .seconds(7 * 86_400) else {
        throw InvalidValue("window", "must be more than nothing and at most 7 days")
      }
      let wanted = MartletStore.Automation(
        trial: content, in: namespace,
        since: .wallClock + Interval(microseconds: -window.microseconds))
      // Many events are much work: the loop has others to serve.
      let trial = try await withTaskExecutorPreference(globalConcurrentExecutor) {
        try await AutomationTrial(
          of: wanted, in: backend.store, reader: ThingFacts(backend: backend, pages: pages))
      }
      var response = TestAutomationResponse()
      response.firings = trial.firings.map(AutomationFiring.init)
      response.firingCount = Int64(trial.firingCount)
      response.eventCount = Int64(trial.eventCount)
      response.truncated = trial.isTruncated
      return response
    }
  }
}

extension AutomationFiring {
  /// A firing that would have been.
  init(_ firing: AutomationTrial.Firing) {
    self.init()
    if case .string(let text)? = firing.told["time"] {
      time = Instant(rfc3339: text.text)?.timestamp
    }
    eventID = firing.event?.id ?? ""
    event = firing.event?.names.first ?? ""
    if case .object(let members)? = firing.told["labels"] {
      for (name, value) in members.pairs {
        if case .string(let text) = value { labels[name] = text.text }
      }
    }
    if case .number(let number)? = firing.told["count"] { count = Int64(number.integer ?? 0) }
    actions = firing.actions.map { JSONObject(stored: $0.description) ?? [:] }
  }
}
