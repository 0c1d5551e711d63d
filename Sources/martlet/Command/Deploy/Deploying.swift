// Decides what `deploy` deploys: the entrypoint of the command line, or chosen entries of a file with the flags laid over
// them; flow, schema and source are filled in.

import ArgumentParser
import Glibc
import Martlet
import MartletModel
import MartletProto

/// What one `deploy` was asked for.
struct Deploying {
  /// The folder that paths are meant from.
  let directory: String
  private let file: ManifestFile?
  private let tree: JSON
  private let only: Set<String>?

  /// Reads the file, if one is needed. When something is wrong, tells what and leaves.
  init(_ command: DeployCommand) throws {
    let names = command.choices.name
    var flags = try command.choices.members()
    if command.entrypoint != nil, command.file == nil {
      guard names.count <= 1, !command.all else {
        throw ValidationError("an entrypoint makes one deployment: give one --name, and not --all")
      }
      if names.isEmpty { complain("martlet: the deployment is called 'default': see --name") }
      let head: [(String, JSON?)] = [
        ("name", .text(names.first ?? "default")),
        ("entrypoint", command.entrypoint.map { .text($0) }),
      ]
      directory = realpath(".", nil).map { String(cString: $0) } ?? "."
      file = nil
      only = nil
      tree = .object([("deployments", .array([.object(head + flags)]))])
      return
    }
    if let entrypoint = command.entrypoint { flags.append(("entrypoint", .text(entrypoint))) }
    let file = try ManifestFile(at: command.file ?? ".")
    var entries: [JSON] = []
    if case .array(let values)? = file.tree.json["deployments"] { entries = values }
    let chosen = try Self.choose(names, all: command.all, of: entries, in: file.path)
    let given = JSONMembers(flags)
    if given.count > 0 {
      guard chosen.count == 1 else {
        throw ValidationError("flags change one deployment: choose it with --name")
      }
      entries = entries.map { entry in
        Self.name(of: entry).map(chosen.contains) == true ? Self.lay(given, over: entry) : entry
      }
    }
    directory = file.directory
    self.file = file
    only = chosen
    guard case .object(var members) = file.tree.json else {
      tree = file.tree.json
      return
    }
    if !entries.isEmpty { members.set("deployments", to: .array(entries)) }
    tree = .object(members)
  }

  /// Everything that is deployed. Variables of the server are asked for if something refers to them.
  ///
  /// - Parameter takesSteps: whether the steps before a deployment are taken; else their outputs stay as written.
  func manifest(_ environment: RunEnvironment, takesSteps: Bool) async throws -> Manifest {
    var context = ManifestContext(environment: ProcessVariables.all)
    context.variables = try await ManifestVariables.read(
      ManifestContext.variables(in: tree), environment)
    var reader = ManifestReader(context: context, only: only)
    var manifest = try read(reader)
    if takesSteps, !manifest.build.isEmpty {
      reader.context.outputs = try manifest.build.take(in: directory)
      manifest = try read(reader)
    }
    return manifest
  }

  /// The manifest with what is learnt from sources.
  func completed(_ manifest: Manifest) throws -> Manifest {
    var manifest = manifest
    for index in manifest.deployments.indices {
      try manifest.deployments[index].complete(in: directory)
    }
    return manifest
  }

  private func read(_ reader: ManifestReader) throws -> Manifest {
    if let file {
      return try ManifestFile(file, saying: tree).read(reader)
    }
    return try reader.readFlags(tree)
  }

  private static func name(of entry: JSON) -> String? {
    if case .string(let text)? = entry["name"] { return text.text }
    return nil
  }

  private static func choose(
    _ names: [String], all: Bool, of entries: [JSON], in path: String
  ) throws -> Set<String> {
    let known = entries.compactMap(name)
    guard !entries.isEmpty else { return try TextFile.refuse("\(path) declares no deployments") }
    if all || names.isEmpty && known.count <= 1 { return Set(known) }
    guard !names.isEmpty else {
      return try TextFile.refuse(
        "\(path) declares \(known.joined(separator: ", ")): choose with --name, or take --all")
    }
    // As Prefect, `flow/name` names the deployment too.
    let chosen = names.map { String($0.split(separator: "/").last ?? "") }
    return try chosen.reduce(into: []) { found, name in
      // So does a pattern: `nightly-*`.
      let fitting = known.filter { $0 == name || fnmatch(name, $0, 0) == 0 }
      if fitting.isEmpty {
        let hint = known.nearest(to: name).map { "; did you mean \($0)?" } ?? ""
        let _: Never? = try TextFile.refuse("\(path) declares no deployment '\(name)'\(hint)")
      }
      found.formUnion(fitting)
    }
  }

  private static func lay(_ flags: JSONMembers, over entry: JSON) -> JSON {
    guard case .object(var members) = entry else { return entry }
    let spellings = [
      "pool": ["work_pool_name"], "queue": ["work_queue_name"], "schedules": ["schedule"],
      "concurrency": ["concurrency_limit"], "job_variables": ["infra_overrides"],
    ]
    for (name, value) in flags.pairs {
      for other in spellings[name] ?? [] where members[JSONText(other)] != nil {
        members.set(JSONText(other), to: .null)
      }
      if name == "parameters", case .object(var held)? = members["parameters"],
        case .object(let new) = value
      {
        for (key, parameter) in new.pairs { held.set(JSONText(key), to: parameter) }
        members.set("parameters", to: .object(held))
      } else {
        members.set(JSONText(name), to: value)
      }
    }
    return .object(members)
  }
}

extension DeploymentManifest {
  /// Fills in what the source says: the flow's name and the schema of its parameters.
  mutating func complete(in directory: String) throws {
    guard case .entrypoint(let text)? = work, let entrypoint = ManifestEntrypoint(text) else {
      if work == nil {
        complain(
          "martlet: deployment '\(name)' has no entrypoint and no command: its runs start what the pool's template says"
        )
      }
      flow = flow ?? name
      return
    }
    let source = try FlowSource(entrypoint, in: directory)
    for remark in source.remarks where flow == nil || parameterSchema == nil {
      complain("martlet: deployment '\(name)': \(remark)")
    }
    flow = flow ?? source.flow
    parameterSchema = parameterSchema ?? source.schema
  }
}

/// Variables of the environment.
enum ProcessVariables {
  /// All that are UTF-8.
  static var all: [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      entry += 1
      guard let line = String(validatingCString: text), let equals = line.firstIndex(of: "=") else {
        continue
      }
      variables[String(line[..<equals])] = String(line[line.index(after: equals)...])
    }
    return variables
  }
}
