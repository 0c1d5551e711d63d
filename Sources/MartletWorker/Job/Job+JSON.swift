// Decides how a job is written for its executor, which may be of another version than the worker that finds it again:
// an object of JSON, the run as the contract writes it.

internal import MartletProto
internal import MartletWire

extension Job {
  /// A job file that says something else than a job.
  struct FileError: Error, CustomStringConvertible {
    /// The member at fault.
    let member: String
    var description: String { "the job file has no good \"\(member)\"" }
  }

  /// The bytes of the job file.
  func encoded() throws -> [UInt8] {
    var object: JSONObject = [
      "run": try JSONValue(json: run.encodeJSON()), "epoch": .number(Double(epoch)),
      "namespace": .string(namespace), "session": .string(sessionID),
      "environment": .object(environment.mapValues { .string($0) }),
      "pull": .list(pullSteps.map(\.json)), "grace": .number(grace.inSeconds),
    ]
    switch program {
    case .command(let words): object["command"] = .list(words.map { .string($0) })
    case .shell(let script): object["shell"] = .string(script)
    case .entrypoint(let text): object["entrypoint"] = .string(text)
    }
    if let workingDirectory { object["directory"] = .string(workingDirectory) }
    if let outputLimit { object["outputLimit"] = .number(Double(outputLimit)) }
    return try JSONValue.object(object).encodeJSON()
  }

  /// Reads a job file.
  ///
  /// - Throws: `FileError`, `WireError`.
  init(file bytes: [UInt8]) throws {
    let object = try JSONObject(json: bytes)
    guard let run = try object["run"].map({ try Run(json: $0.encodeJSON()) }) else {
      throw FileError(member: "run")
    }
    let program: Program
    if case .list(let words)? = object["command"] {
      program = .command(words.compactMap(\.text))
    } else if let script = object["shell"]?.text {
      program = .shell(script)
    } else if let text = object["entrypoint"]?.text {
      program = .entrypoint(text)
    } else {
      throw FileError(member: "command")
    }
    guard let epoch = object["epoch"]?.integer else { throw FileError(member: "epoch") }
    guard let session = object["session"]?.text else { throw FileError(member: "session") }
    self.init(
      run: run, epoch: Int64(epoch), namespace: object["namespace"]?.text ?? "",
      sessionID: session, program: program)
    if case .object(let variables)? = object["environment"] {
      environment = variables.compactMapValues(\.text)
    }
    if case .list(let steps)? = object["pull"] { pullSteps = try steps.map(PullStep.init(json:)) }
    if case .number(let seconds)? = object["grace"] { grace = .seconds(seconds) }
    workingDirectory = object["directory"]?.text
    outputLimit = object["outputLimit"]?.integer
  }
}

extension PullStep {
  fileprivate var json: JSONValue {
    switch self {
    case .git(let source):
      [
        "git": .string(source.repository), "branch": .string(source.branch),
        "commit": .string(source.commit), "credentials": .string(source.credentialsVariable),
        "submodules": .bool(source.hasSubmodules), "depth": .number(Double(source.depth)),
      ]
    case .local(let path, let isCopied): ["local": .string(path), "copy": .bool(isCopied)]
    case .archive(let source):
      [
        "archive": .string(source.location), "sha256": .string(source.sha256),
        "strip": .number(Double(source.strip)),
      ]
    case .shell(let script): ["shell": .string(script)]
    case .pip(let requirements): ["pip": .string(requirements)]
    case .workingDirectory(let path): ["workingDirectory": .string(path)]
    }
  }

  fileprivate init(json: JSONValue) throws {
    guard case .object(let object) = json else { throw Job.FileError(member: "pull") }
    if let repository = object["git"]?.text {
      var source = GitSource(repository: repository)
      source.branch = object["branch"]?.text ?? ""
      source.commit = object["commit"]?.text ?? ""
      source.credentialsVariable = object["credentials"]?.text ?? ""
      source.hasSubmodules = object["submodules"] == .bool(true)
      source.depth = object["depth"]?.integer ?? 0
      self = .git(source)
    } else if let path = object["local"]?.text {
      self = .local(path: path, isCopied: object["copy"] == .bool(true))
    } else if let location = object["archive"]?.text {
      var source = ArchiveSource(location: location)
      source.sha256 = object["sha256"]?.text ?? ""
      source.strip = object["strip"]?.integer ?? 0
      self = .archive(source)
    } else if let script = object["shell"]?.text {
      self = .shell(script: script)
    } else if let requirements = object["pip"]?.text {
      self = .pip(requirements: requirements)
    } else if let path = object["workingDirectory"]?.text {
      self = .workingDirectory(path: path)
    } else {
      throw Job.FileError(member: "pull")
    }
  }
}

extension JSONValue {
  fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }
  fileprivate var integer: Int? {
    if case .number(let number) = self { Int(exactly: number) } else { nil }
  }
}

extension Duration {
  /// With its fraction.
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
