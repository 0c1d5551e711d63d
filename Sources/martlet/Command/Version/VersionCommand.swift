// Decides what `martlet version` tells: about this program, the profile, and the server if it answers.

import ArgumentParser
import Glibc
import Martlet
import MartletCall
import MartletProto
import MartletServer
import MartletWire

struct VersionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Show the versions of this program and of the server.")
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let environment = connection.environment
    var facts: [(String, String)] = [
      ("Version", MartletVersion.current), ("API version", "martlet.v1"),
      ("OS/Arch", Self.machine),
      ("Profile", environment.profile ?? ProfileFile.active(environment) ?? "not readable"),
      ("Server", environment.address),
    ]
    if let info = await info(environment) {
      facts += [
        ("Server type", "server"), ("Server version", info.version), ("Database", "postgresql"),
        ("Schema", "\(info.schemaVersion)"),
      ]
    } else {
      facts.append(("Server type", "not reachable"))
    }
    switch format.output {
    case .name: Terminal.standard.line(MartletVersion.current)
    case .document(let notation):
      let members = facts.map { name, value in
        (name.lowercased().replacing(" ", with: "_").replacing("/", with: "_"), value)
      }
      try notation.print(
        JSONValue.object(
          Dictionary(uniqueKeysWithValues: members.map { ($0, .string($1)) })
        ))
    case .table:
      let terminal = Terminal.standard
      for (name, value) in facts {
        let padding = String(repeating: " ", count: 20 - name.count)
        terminal.line(terminal.styled(name + ":", .dim) + padding + value)
      }
    }
  }

  private func info(_ environment: RunEnvironment) async -> GetServerInfoResponse? {
    guard let client = try? Client(environment) else { return nil }
    defer { client.close() }
    return try? await client.system.getServerInfo(
      GetServerInfoRequest(), options: CallOptions(timeout: .seconds(2)))
  }

  /// Such as `linux/x86_64`.
  private static var machine: String {
    var name = utsname()
    guard uname(&name) == 0 else { return "unknown" }
    func text(_ field: some Any) -> String {
      withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    return "\(text(name.sysname).lowercased())/\(text(name.machine))"
  }
}

extension ProfileFile {
  /// The name of the active profile; nil when the file cannot be read.
  fileprivate static func active(_ environment: RunEnvironment) -> String? {
    (try? ProfileFile(home: environment.home).read())?.active
  }
}
