// Decides the text of a specification: its top members have the names that the contract gives its fields.

extension DeploymentSpec {
  /// The specification as JSON. Equal specifications have equal texts.
  public var text: String { json.description }

  var json: JSON {
    var document = SpecDocument()
    document.set("version_name", versionName)
    document.set("pool", pool)
    document.set("queue", queue)
    document.set("worker_labels", workerLabels)
    switch executable {
    case .entrypoint(let text)?: document.set("entrypoint", text)
    case .shell(let text)?: document.set("shell", text)
    case .command(let arguments)?: document.set("command", arguments)
    case nil: break
    }
    document.set("image", image)
    document.set("pull_steps", pullSteps.map(\.json))
    document.set("job_variables", jobVariables)
    document.set("parameters", parameters)
    document.set("parameter_schema", parameterSchema.map { .object($0) })
    document.set("allow_any_parameters", allowsAnyParameters)
    document.set("tags", tags)
    document.set("run_labels", runLabels)
    document.set("retry", retry?.json)
    document.set("timeout", timeout?.microseconds ?? 0)
    document.set("loss", loss.json)
    document.set("limits", limits.map(\.json))
    document.set("annotations", annotations)
    return document.json
  }

  /// Reads what ``text`` wrote.
  ///
  /// - Throws: where it is no JSON.
  public init(stored text: String) throws(JSONFault) {
    let document = SpecValue(try JSON(parsing: text))
    versionName = document["version_name"].text
    pool = document["pool"].text
    queue = document["queue"].text
    workerLabels = document["worker_labels"].texts
    if document["entrypoint"].isThere {
      executable = .entrypoint(document["entrypoint"].text)
    } else if document["shell"].isThere {
      executable = .shell(document["shell"].text)
    } else if document["command"].isThere {
      executable = .command(document["command"].list.map(\.text))
    }
    image = document["image"].text
    pullSteps = document["pull_steps"].list.compactMap(PullStep.init)
    jobVariables = document["job_variables"].object
    parameters = document["parameters"].object
    if document["parameter_schema"].isThere {
      parameterSchema = document["parameter_schema"].object
    }
    allowsAnyParameters = document["allow_any_parameters"].flag
    tags = document["tags"].list.map(\.text)
    runLabels = document["run_labels"].texts
    if document["retry"].isThere { retry = RetryPolicy(document["retry"]) }
    if document["timeout"].isThere {
      timeout = Interval(microseconds: document["timeout"].integer)
    }
    loss = LossPolicy(document["loss"])
    limits = document["limits"].list.map(SlotNeed.init)
    annotations = document["annotations"].object
  }
}

extension PullStep {
  fileprivate var json: JSON {
    var document = SpecDocument()
    let kind: String
    switch self {
    case .git(let git):
      kind = "git"
      document.set("repository", git.repository)
      document.set("branch", git.branch)
      document.set("commit", git.commit)
      document.set("submodules", git.hasSubmodules)
      document.set("token_variable", git.tokenVariable)
    case .local(let path, let copies):
      kind = "local"
      document.set("path", path)
      document.set("copy", copies)
    case .archive(let source, let sha256, let strip):
      kind = "archive"
      document.set("source", source)
      document.set("sha256", sha256)
      document.set("strip_components", Int64(strip))
    case .shell(let script):
      kind = "shell"
      document.set("script", script)
    case .pip(let requirements):
      kind = "pip"
      document.set("requirements", requirements)
    case .workingDirectory(let path):
      kind = "working_directory"
      document.set("path", path)
    }
    var step = JSONMembers()
    step.set(JSONText(kind), to: .object(document.members))
    return .object(step)
  }

  fileprivate init?(_ value: SpecValue) {
    guard let kind = value.object.names.first?.text else { return nil }
    let step = value[kind]
    switch kind {
    case "git":
      self = .git(
        Git(
          repository: step["repository"].text, branch: step["branch"].text,
          commit: step["commit"].text, hasSubmodules: step["submodules"].flag,
          tokenVariable: step["token_variable"].text))
    case "local": self = .local(path: step["path"].text, copies: step["copy"].flag)
    case "archive":
      self = .archive(
        source: step["source"].text, sha256: step["sha256"].text,
        stripComponents: Int32(clamping: step["strip_components"].integer))
    case "shell": self = .shell(step["script"].text)
    case "pip": self = .pip(requirements: step["requirements"].text)
    case "working_directory": self = .workingDirectory(step["path"].text)
    default: return nil
    }
  }
}

extension RetryPolicy {
  fileprivate var json: JSON {
    var document = SpecDocument()
    document.set("max_retries", Int64(maxRetries))
    switch delay {
    case .listed(let delays):
      document.set("delays", delays.map { .number(ExactNumber(Int($0.microseconds))) })
    case .exponential(let first, let factor, let longest):
      document.set("first", first.microseconds)
      document.set("factor", factor)
      document.set("longest", longest.microseconds)
    }
    document.set("jitter", jitter)
    document.set("mode", Int64(mode.rawValue))
    document.set("retry_crashes", retriesCrashes)
    return .object(document.members)
  }

  fileprivate init(_ value: SpecValue) {
    let delay: Delay =
      value["first"].isThere
      ? .exponential(
        first: Interval(microseconds: value["first"].integer), factor: value["factor"].number,
        longest: Interval(microseconds: value["longest"].integer))
      : .listed(value["delays"].list.map { Interval(microseconds: $0.integer) })
    self.init(
      maxRetries: Int32(clamping: value["max_retries"].integer), delay: delay,
      jitter: value["jitter"].number,
      mode: Mode(rawValue: Int16(clamping: value["mode"].integer)) ?? .inProcess,
      retriesCrashes: value["retry_crashes"].flag)
  }
}

extension LossPolicy {
  fileprivate var json: JSON? {
    switch self {
    case .crash: nil
    case .rerun(let most): .number(ExactNumber(Int(most)))
    case .wait: .string("wait")
    }
  }

  fileprivate init(_ value: SpecValue) {
    switch value.json {
    case .number?: self = .rerun(atMost: Int32(clamping: value.integer))
    case .string?: self = .wait
    default: self = .crash
    }
  }
}

extension SlotNeed {
  fileprivate var json: JSON {
    var document = SpecDocument()
    document.set("scope", Int64(scope.rawValue))
    document.set("name", name)
    document.set("slots", Int64(slots))
    document.set("strategy", Int64(strategy.rawValue))
    return .object(document.members)
  }

  fileprivate init(_ value: SpecValue) {
    self.init(
      LimitScope(rawValue: Int16(clamping: value["scope"].integer)) ?? .global, value["name"].text,
      slots: Int32(clamping: value["slots"].integer),
      strategy: CollisionStrategy(rawValue: Int16(clamping: value["strategy"].integer)) ?? .enqueue)
  }
}
