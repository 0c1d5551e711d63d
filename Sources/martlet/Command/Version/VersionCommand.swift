// Decides what `martlet version` tells.

import ArgumentParser
import Martlet
import MartletCall
import MartletProto
import MartletServer

struct VersionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Show the versions of this program and of the server.")
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let terminal = Terminal.standard
    func field(_ name: String, _ value: String) {
      terminal.line(
        terminal.styled(name, .dim) + String(repeating: " ", count: 16 - name.count) + value)
    }
    field("version", MartletVersion.current)
    field("contract", "martlet.v1")
    let environment = connection.environment
    field("server", environment.address)
    guard let client = try? Client(address: environment.address, tls: environment.tls) else {
      return
    }
    do {
      let info = try await client.system.getServerInfo(
        GetServerInfoRequest(), options: CallOptions(timeout: .seconds(2)))
      field("server version", info.version)
      field("schema", "\(info.schemaVersion)")
    } catch {
      field("server version", "not reachable")
    }
    client.close()
  }
}
