// Decides what a run of a deployment becomes, which parameters it may have, and when two creates are one.

import MartletModel
import Testing

@Suite struct DeploymentTargetTests {
  private let id = DeploymentID(high: 1, low: 2)

  private func object(_ text: String) throws -> JSONMembers {
    try #require(JSONMembers(text: text))
  }

  private func target(_ change: (inout DeploymentSpec) throws -> Void = { _ in }) throws
    -> DeploymentTarget
  {
    var spec = DeploymentSpec()
    spec.parameters = try object(#"{"day":"today","n":1,"deep":{"a":1}}"#)
    spec.tags = ["a", "b"]
    spec.runLabels = ["team": "x", "env": "prod"]
    spec.retry = RetryPolicy(maxRetries: 2)
    spec.timeout = .seconds(60)
    spec.loss = .rerun(atMost: 3)
    spec.limits = [SlotNeed(.global, "db")]
    spec.workerLabels = ["gpu": "true"]
    spec.versionName = "v1"
    try change(&spec)
    return DeploymentTarget(
      id: id, flow: "etl", name: "nightly", version: 7, spec: spec, poolID: PoolID(high: 3, low: 4),
      queueID: QueueID(high: 5, low: 6))
  }

  private func run(
    _ target: DeploymentTarget, _ request: DeploymentTarget.Request
  ) throws -> NewRun {
    try target.run(request, check: ParameterCheck(target.spec), "run")
  }

  @Test func theDeploymentIsPutUnderTheRequest() throws {
    let target = try target()
    let plain = try run(target, .init(NewRun(kind: .flow, definition: "")))
    #expect(plain.definition == "etl" && plain.definitionVersion == "v1")
    #expect(plain.parameters == #"{"day":"today","n":1,"deep":{"a":1}}"#)
    #expect(plain.tags == ["a", "b"] && plain.labels == ["team": "x", "env": "prod"])
    #expect(plain.retry?.maxRetries == 2 && plain.timeout == .seconds(60))
    #expect(plain.loss == .rerun(atMost: 3) && plain.limits.map(\.name) == ["db"])
    #expect(
      plain.placement
        == Placement(
          deploymentID: id, version: 7, poolID: target.poolID, queueID: target.queueID,
          workerLabels: ["gpu": "true"]))
    let asked = try run(
      target,
      .init(
        NewRun(
          kind: .flow, definition: "etl", parameters: #"{"n":2,"deep":{}}"#, labels: ["env": "dev"],
          tags: ["b", "c"], timeout: .seconds(5), retry: RetryPolicy(maxRetries: 0),
          limits: [SlotNeed(.tag, "t")]), hasLoss: true, jobVariables: try object(#"{"cpu":2}"#)))
    #expect(asked.parameters == #"{"day":"today","n":2,"deep":{}}"#)
    #expect(asked.tags == ["a", "b", "c"] && asked.labels == ["team": "x", "env": "dev"])
    #expect(asked.retry?.maxRetries == 0 && asked.timeout == .seconds(5) && asked.loss == .crash)
    #expect(asked.limits.map(\.name) == ["t"])
    #expect(asked.placement?.jobVariables == #"{"cpu":2}"#)
    #expect(throws: InvalidValue.self) {
      try run(target, .init(NewRun(kind: .flow, definition: "other")))
    }
    #expect(throws: InvalidValue.self) {
      try run(target, .init(NewRun(kind: .task, definition: "")))
    }
  }

  @Test func aRepeatIsTheSameWhateverBecameOfTheDeployment() throws {
    let before = try target()
    let after = try target { spec in
      spec.parameters = try self.object(#"{"day":"tomorrow"}"#)
      spec.tags = []
    }
    func digest(_ target: DeploymentTarget, _ parameters: String, _ variables: String = "")
      throws -> ContentDigest
    {
      let sent = NewRun(kind: .flow, definition: "", parameters: parameters)
      return ContentDigest(
        of: try run(target, .init(sent, jobVariables: try object(variables))))
    }
    let first = try digest(before, #"{"n":1}"#)
    #expect(try digest(after, #"{"n":1}"#) == first)
    #expect(try digest(before, #"{"n":2}"#) != first)
    #expect(try digest(before, #"{"n":1}"#, #"{"cpu":1}"#) != first)
    var other = before
    other.id = DeploymentID(high: 9, low: 9)
    #expect(try digest(other, #"{"n":1}"#) != first)
  }

  @Test func everyParameterThatDoesNotFitIsNamed() throws {
    let schema = #"""
      {"type":"object","properties":{"day":{"type":"string"},"n":{"type":"integer"},
       "deep":{"type":"object","properties":{"a":{"type":"integer"}}},"must":{"type":"string"}},"required":["must"]}
      """#
    let strict = try target { $0.parameterSchema = try self.object(schema) }
    func faults(_ target: DeploymentTarget, _ parameters: String) throws -> [InvalidValue] {
      do {
        _ = try run(target, .init(NewRun(kind: .flow, definition: "", parameters: parameters)))
        return []
      } catch let error as ParameterFaults { return error.faults }
    }
    #expect(try faults(strict, #"{"must":"x"}"#) == [])
    let found = try faults(strict, #"{"n":"x","dayy":"z","deep":{"a":"q"},"quite-else":1}"#)
    #expect(
      found.map(\.field) == [
        "run.parameters.dayy", "run.parameters.quite-else", "run.parameters", "run.parameters.n",
        "run.parameters.deep",
      ], "\(found)")
    #expect(found.first?.problem == #"is not known: did you mean "day"?"#)
    #expect(found[1].problem == "is not known: there are day, deep, must, n")
    #expect(found[4].problem.hasPrefix("at /deep/a "))
    // A schema that says itself what more there may be is taken at its word.
    let open = try target {
      $0.parameterSchema = try self.object(
        #"{"properties":{"n":{"type":"integer"}},"additionalProperties":true}"#)
    }
    #expect(try faults(open, #"{"other":1}"#) == [])
    let lax = try target {
      $0.parameterSchema = try self.object(schema)
      $0.allowsAnyParameters = true
    }
    #expect(try faults(lax, #"{"other":1,"n":"x"}"#) == [])
    // The deployment's own may lack what its runs bring, not more.
    var content = DeploymentContent(flow: "etl", name: "nightly")
    content.spec = strict.spec
    try content.validate("deployment")
    content.spec.parameters = try object(#"{"n":"x"}"#)
    let error = #expect(throws: ParameterFaults.self) { try content.validate("deployment") }
    #expect(error?.faults.map(\.field) == ["deployment.spec.parameters.n"])
  }
}
