// Decides how what differs from a manifest is shown and mended.

import ArgumentParser
import Martlet
import MartletModel
import MartletProto
import MartletWire
import Synchronization

struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show what an apply of a manifest would change.",
    discussion: """
      Deployments, pools, limits and variables are compared with those of the server, in what the file says of them. \
      What an apply would be refused is told after the plan, and the command fails; deployments are checked by the server.
        martlet plan -f ./deploy
      """)
  @OptionGroup var source: ManifestSource
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let task = try await source.task(self.connection.environment, on: connection)
      try task.plan.show(as: format.output)
      let refusals = try await task.refusals()
      for refusal in refusals { complain(refusal.explanation(address: connection.address)) }
      return refusals.first?.exitStatus
    }
  }
}

struct ApplyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Make the server have what a manifest declares.",
    discussion: """
      Repeating it changes nothing. With --prune also removes what an earlier apply of the manifest of this name created \
      and the file declares no more.
        martlet apply -f ./deploy --prune
      """)
  @OptionGroup var source: ManifestSource
  @Flag(help: "Remove what an earlier apply created and the file declares no more.")
  var prune = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let task = try await source.task(
        self.connection.environment, on: connection, needsName: prune)
      let terminal = Terminal.standard
      let count = Mutex(0)
      let output = format.output
      try await task.carryOut(prunes: prune) { operation in
        // Several are done at the same time, and each is said as a whole.
        count.withLock { count in
          count += 1
          operation.say(on: terminal, as: output)
        }
      }
      switch output {
      case .document: try task.plan.show(as: output)
      case .name: break
      case .table:
        let done = count.withLock { $0 }
        terminal.line(done == 0 ? "No changes." : "\(done) changed.")
      }
      return nil
    }
  }
}

/// The manifest of a command.
struct ManifestSource: ParsableArguments {
  @Option(
    name: [.customShort("f"), .customLong("file")],
    help: "The file, or its folder (default: the current one).", completion: .file())
  var file = "."

  /// Reads the file, and compares with the server.
  func task(
    _ environment: RunEnvironment, on connection: Connection, needsName: Bool = false
  ) async throws -> ManifestTask {
    let file = try ManifestFile(at: file)
    var context = ManifestContext(environment: ProcessVariables.all)
    context.variables = try await ManifestVariables.read(
      ManifestContext.variables(in: file.tree.json), environment)
    var manifest = try file.read(ManifestReader(context: context))
    if manifest.name == nil, needsName {
      let _: Never? = try TextFile.refuse(
        "\(file.path) has no name, which says what is its own to prune: give it one")
    }
    for index in manifest.deployments.indices {
      try manifest.deployments[index].complete(in: file.directory)
    }
    return try await ManifestTask(manifest, directory: file.directory, on: connection)
  }
}

extension ManifestPlan {
  /// Prints what must be done.
  func show(as format: Format) throws {
    let terminal = Terminal.standard
    switch format {
    case .name:
      for operation in operations {
        terminal.line("\(operation.key.kind.word)/\(operation.key.name)")
      }
    case .document(let notation):
      try notation.print(JSONValue.object(["operations": .list(operations.map(\.json))]))
    case .table:
      if operations.isEmpty { terminal.line("No changes.") }
      for operation in operations {
        for line in operation.lines(for: terminal) { terminal.line(line) }
      }
    }
  }
}

extension ManifestPlan.Operation {
  /// Says that it was done.
  fileprivate func say(on terminal: Terminal, as format: Format) {
    switch format {
    case .table: for line in lines(for: terminal, isDone: true) { terminal.line(line) }
    case .name: terminal.line("\(key.kind.word)/\(key.name)")
    case .document: break
    }
  }

  /// As people read it: a sign, the thing, and what changes.
  ///
  /// - Parameter isDone: Whether it has been done; else it is said what a removal needs.
  func lines(for terminal: Terminal, isDone: Bool = false) -> [String] {
    let thing = "\(key.kind.word) \(key.name)"
    switch action {
    case .create: return [terminal.styled("+ \(thing)", .green)]
    case .delete:
      return [terminal.styled("- \(thing)", .red) + (isDone ? "" : " (with --prune)")]
    case .update(let changes):
      return changes.map { terminal.styled("~ \(thing)", .yellow) + "   \($0)" }
    }
  }

  fileprivate var json: JSONValue {
    var members: JSONObject = ["kind": .string(key.kind.word), "name": .string(key.name)]
    switch action {
    case .create: members["action"] = "create"
    case .delete: members["action"] = "delete"
    case .update(let changes):
      members["action"] = "update"
      members["changes"] = .list(
        changes.map { change in
          .object([
            "path": .string(change.path), "old": change.old.map { JSONValue($0) } ?? .null,
            "new": change.new.map { JSONValue($0) } ?? .null,
          ])
        })
    }
    return .object(members)
  }
}
