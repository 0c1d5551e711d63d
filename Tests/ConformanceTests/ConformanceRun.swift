// Decides how a case is carried out with the Swift client: messages by name, JSON in and out.

import Martlet
import MartletCall
import MartletProto
import MartletRPC
import MartletWire
import Testing

/// One execution of a case.
struct ConformanceRun {
  private static let patience = Duration.seconds(15)
  private static let methods =
    RunServiceMethods.all + ReportServiceMethods.all + FlowServiceMethods.all
    + LogServiceMethods.all + ArtifactServiceMethods.all + ResultServiceMethods.all
    + EventServiceMethods.all + VariableServiceMethods.all + SystemServiceMethods.all
    + BlockServiceMethods.all + InputServiceMethods.all + AutomationServiceMethods.all
    + LimitServiceMethods.all + DeploymentServiceMethods.all + PoolServiceMethods.all
    + WorkerServiceMethods.all

  private let testCase: ConformanceCase
  private let channel: RPCChannel

  init(_ testCase: ConformanceCase, over channel: RPCChannel) {
    self.testCase = testCase
    self.channel = channel
  }

  /// Does all steps; records an issue for the first that is not as expected.
  func carryOut() async throws {
    var variables = try Variables(testCase.json["variables"])
    for (index, raw) in testCase.steps.enumerated() {
      let step = variables.fill(raw)
      let end = ContinuousClock.now + Self.patience
      var (problem, response) = try await outcome(of: step)
      // Time passes on the server: a lease lapses, a bound is reached.
      while problem != nil, raw["eventually"]?.isTrue == true, .now < end {
        try await Task.sleep(for: .milliseconds(50))
        (problem, response) = try await outcome(of: step)
      }
      if let problem {
        Issue.record("step \(index) \(step["call"]?.text ?? ""): \(problem)\n\(variables.values)")
        return
      }
      for (name, path) in step["save"]?.members ?? [:] {
        variables.set(name, try #require(response?.at(path.text ?? "")?.text, "\(name)"))
      }
    }
    for raw in testCase.json["transitions"]?.elements ?? [] {
      let entry = variables.fill(raw)
      let request = JSONValue.object(["runId": entry["run"] ?? .null])
      let response = try await call("RunService/ListTransitions", [request], take: nil).first
      let expected = JSONValue.object(["transitions": entry["rows"] ?? .list([])])
      if let problem = Expectation(expected: expected).mismatch(response) {
        Issue.record("history: \(problem)\n\(variables.values)")
      }
    }
  }

  /// What is wrong with a step, and its response.
  private func outcome(of step: JSONValue) async throws -> (problem: String?, response: JSONValue?)
  {
    let name = step["call"]?.text ?? ""
    let requests = step["requests"]?.elements ?? [step["request"] ?? .object([:])]
    let take = step["take"]?.text.flatMap { Int($0) }
    let responses: [JSONValue]
    do {
      let gathered = step["gathered"]?.members.flatMap { Array($0.keys) } ?? []
      responses = try await call(name, requests, gathering: gathered, take: take)
    } catch let status as Status {
      return (mismatch(status, step["error"]), nil)
    }
    if let error = step["error"] { return ("expected \(error), got \(responses)", nil) }
    guard let gathered = step["gathered"]?.members else {
      let expected = Expectation(expected: step["response"] ?? .object([:]))
      return (expected.mismatch(responses.first), responses.first)
    }
    for (field, expected) in gathered {
      var items = responses.flatMap { field.items(of: $0) }
      if let take { items = Array(items.prefix(take)) }
      if let problem = Expectation(expected: expected).mismatch(.list(items), at: field) {
        return (problem, nil)
      }
    }
    return (nil, nil)
  }

  private func mismatch(_ status: Status, _ expected: JSONValue?) -> String? {
    guard let expected else { return "failed: \(status)" }
    if expected["code"]?.text != status.code.name.lowercased() {
      return "expected \(expected), got \(status)"
    }
    if let reason = expected["reason"]?.text, reason != status.reason {
      return "expected \(expected), got reason \(status.reason ?? "none")"
    }
    if let field = expected["field"]?.text,
      !status.fieldViolations.contains(where: { $0.field == field })
    {
      return "expected \(expected), got \(status.fieldViolations)"
    }
    return nil
  }

  private func call(
    _ name: String, _ requests: [JSONValue], gathering fields: [String] = [], take: Int?
  ) async throws -> [JSONValue] {
    let method = try #require(Self.methods.first { $0.path == "/martlet.v1.\(name)" }, "\(name)")
    let request = try #require(ProtoTypes.messages[method.requestType])
    let response = try #require(ProtoTypes.messages[method.responseType])
    return try await call(method, request, response, requests, fields, take)
  }

  private func call<Q: Message, R: Message>(
    _ method: MethodDescriptor, _: Q.Type, _: R.Type, _ requests: [JSONValue], _ fields: [String],
    _ take: Int?
  ) async throws -> [JSONValue] {
    let requests = try requests.map { request in
      try request.encodeJSON(options: .standard).withUnsafeBytes {
        try Q.decodeJSON($0, options: .standard)
      }
    }
    func json(_ response: R) throws -> JSONValue {
      try JSONValue(json: response.encodeJSON(options: .standard))
    }
    let options = CallOptions(timeout: .seconds(60))
    if method.kind == .unary {
      return [
        try json(try await channel.unary(method, requests[0], returning: R.self, options: options))
      ]
    }
    let call = try await channel.open(method, sending: Q.self, returning: R.self, options: options)
    for request in requests { try await call.requests.write(request) }
    try await call.finishRequests()
    var responses: [JSONValue] = []
    var gathered = 0
    while let response = try await call.responses.next() {
      let value = try json(response)
      responses.append(value)
      gathered += fields.reduce(0) { $0 + $1.items(of: value).count }
      if let take, gathered >= take {
        call.cancel()
        break
      }
    }
    return responses
  }
}

extension String {
  /// What a response adds to the field of this name.
  fileprivate func items(of response: JSONValue) -> [JSONValue] {
    guard let value = response[self] else { return [] }
    return value.elements ?? [value]
  }
}
