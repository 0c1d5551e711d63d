// Decides that specifications come back from their texts, that equal ones have equal texts, and which are refused.

import MartletModel
import Testing

@Suite struct DeploymentSpecTests {
  private func object(_ text: String) throws -> JSONMembers {
    try #require(JSONMembers(text: text))
  }

  private func full() throws -> DeploymentSpec {
    var spec = DeploymentSpec()
    spec.versionName = "1.2"
    spec.pool = "my-pool"
    spec.queue = "high"
    spec.workerLabels = ["gpu": "true", "a": ""]
    spec.executable = .command(["python", "-m", "etl", ""])
    spec.image = "etl:1"
    spec.pullSteps = [
      .git(
        .init(
          repository: "https://a.b/c.git", branch: "main", hasSubmodules: true, tokenVariable: "T")),
      .local(path: "/src", copies: true),
      .archive(
        source: "https://a.b/c.tar", sha256: String(repeating: "a", count: 64), stripComponents: 1),
      .shell("echo \"x\"\n"), .pip(requirements: "requirements.txt"), .workingDirectory("flows"),
    ]
    spec.jobVariables = try object(#"{"env":{"B":"2","A":"1"}}"#)
    spec.parameters = try object(#"{"n":12345678901234567890.5,"list":[1,{"b":1,"a":2}],"z":null}"#)
    spec.parameterSchema = try object(
      #"{"type":"object","properties":{"n":{"type":"number"},"list":{},"z":{}}}"#)
    spec.allowsAnyParameters = true
    spec.tags = ["b", "a"]
    spec.runLabels = ["team": "x"]
    spec.retry = RetryPolicy(
      maxRetries: 3, delay: .exponential(first: .seconds(1), factor: 1.1, longest: .hours(1)),
      jitter: 0.25, mode: .reschedule, retriesCrashes: true)
    spec.timeout = .seconds(90)
    spec.loss = .rerun(atMost: 2)
    spec.limits = [SlotNeed(.tag, "x", slots: 2, strategy: .cancelNew)]
    spec.annotations = try object(#"{"prefect":{"pull_steps":[{"b":1,"a":null}]}}"#)
    return spec
  }

  @Test func whatIsWrittenComesBack() throws {
    var specs = [DeploymentSpec(), try full()]
    for executable in [Executable.entrypoint("a.py:f"), .shell("true"), .command(["true"])] {
      var spec = DeploymentSpec()
      spec.executable = executable
      spec.loss = .wait
      spec.retry = RetryPolicy(maxRetries: 2, delay: .listed([.seconds(1), .zero]))
      spec.parameterSchema = JSONMembers()
      specs.append(spec)
    }
    for spec in specs {
      let again = try DeploymentSpec(stored: spec.text)
      #expect(again == spec)
      #expect(again.text == spec.text)
    }
    #expect(DeploymentSpec().text == "{}")
    #expect(try full().text.contains("12345678901234567890.5"))
    #expect(throws: JSONFault.self) { try DeploymentSpec(stored: "{") }
  }

  @Test func equalOnesHaveEqualTexts() throws {
    var (one, other) = (DeploymentSpec(), DeploymentSpec())
    one.parameters = try object(#"{"a":{"x":1.0,"y":2},"b":3}"#)
    other.parameters = try object(#"{"b":3.00,"a":{"y":2,"x":1}}"#)
    #expect(one == other)
    #expect(one.text == other.text)
    other.tags = ["t"]
    #expect(one.text != other.text)
  }

  @Test func whatCannotBeKeptIsNamed() throws {
    let cases: [(field: String, (inout DeploymentContent) throws -> Void)] = [
      ("deployment.flow", { $0.flow = "" }),
      ("deployment.name", { $0.name = "" }),
      ("deployment.name", { $0.name = "a/b" }),
      ("deployment.name", { $0.name = String(repeating: "x", count: 201) }),
      ("deployment.labels", { $0.labels = ["": "x"] }),
      ("deployment.concurrency_limit", { $0.concurrencyLimit = -1 }),
      ("deployment.spec.queue", { $0.spec.queue = "q" }),
      ("deployment.spec.worker_labels", { $0.spec.workerLabels = ["": "x"] }),
      ("deployment.spec.entrypoint", { $0.spec.executable = .entrypoint("a.py") }),
      ("deployment.spec.shell", { $0.spec.executable = .shell("") }),
      ("deployment.spec.command.arguments", { $0.spec.executable = .command([]) }),
      (
        "deployment.spec.pull_steps[1].git.repository",
        { $0.spec.pullSteps = [.shell("true"), .git(.init(repository: ""))] }
      ),
      (
        "deployment.spec.pull_steps[0].git.branch",
        { $0.spec.pullSteps = [.git(.init(repository: "r", branch: "--upload-pack=x"))] }
      ),
      (
        "deployment.spec.pull_steps[0].archive.sha256",
        { $0.spec.pullSteps = [.archive(source: "a", sha256: "12", stripComponents: 0)] }
      ),
      (
        "deployment.spec.parameters",
        { $0.spec.parameters = try self.object(#"{"a":["\u0000"]}"#) }
      ),
      ("deployment.spec.run_labels", { $0.spec.runLabels = ["": "x"] }),
      ("deployment.spec.tags", { $0.spec.tags = [""] }),
      ("deployment.spec.timeout", { $0.spec.timeout = .zero }),
      ("deployment.spec.retry.max_retries", { $0.spec.retry = RetryPolicy(maxRetries: -1) }),
      (
        "deployment.spec.parameter_schema",
        { $0.spec.parameterSchema = try self.object(#"{"type":"nothing"}"#) }
      ),
    ]
    var good = DeploymentContent(flow: "team/etl", name: "nightly")
    good.spec = try full()
    try good.validate("deployment")
    for (field, change) in cases {
      var content = DeploymentContent(flow: "etl", name: "nightly")
      try change(&content)
      let error = #expect(throws: InvalidValue.self, "\(field)") {
        try content.validate("deployment")
      }
      #expect(error?.field == field)
    }
  }

  @Test func aDeploymentIsNamedByItsIDOrItsFlowAndName() throws {
    let id = "0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90"
    #expect(try DeploymentReference(id, "d") == .id(DeploymentID(id)!))
    #expect(try DeploymentReference("etl/a b", "d") == .named(flow: "etl", name: "a b"))
    #expect(try DeploymentReference("team/etl/x", "d") == .named(flow: "team/etl", name: "x"))
    for text in ["", "etl", "/x", "etl/", "/"] {
      #expect(throws: InvalidValue.self, "\(text)") { try DeploymentReference(text, "d") }
    }
  }

  @Test func aChangeSaysWhatIsNew() throws {
    var old = DeploymentContent(flow: "etl", name: "nightly")
    old.spec = try full()
    old.schedules = [
      ScheduleSpec(slug: "a", schedule: try Schedule(.cron(CronExpression("@daily")))),
      ScheduleSpec(slug: "b", schedule: try Schedule(.cron(CronExpression("@hourly")))),
    ]
    #expect(DeploymentChange(from: old, to: old).isEmpty)
    var new = old
    new.description = "d"
    new.isPaused = true
    new.concurrencyLimit = 3
    #expect(
      DeploymentChange(from: old, to: new).fields == ["description", "paused", "concurrency_limit"])
    #expect(!DeploymentChange(from: old, to: new).makesVersion)
    new.spec.executable = .shell("true")
    new.spec.parameters = JSONMembers()
    new.schedules[0].isPaused = true
    new.schedules[1].slug = "c"
    let change = DeploymentChange(from: old, to: new)
    #expect(
      change.fields == [
        "description", "paused", "spec.command", "spec.parameters", "spec.shell", "schedules[a]",
        "schedules[b]", "schedules[c]", "concurrency_limit",
      ])
    #expect(change.makesVersion && change.changesSchedules)
  }
}
