// Decides how templates come by variables of the server: those that are named, and only when some are.

import ArgumentParser
import Martlet
import MartletCall
import MartletModel
import MartletProto

/// Variables that templates refer to.
enum ManifestVariables {
  /// Asks for variables; those that are not there are left out.
  static func read(
    _ names: Set<String>, _ environment: RunEnvironment
  ) async throws -> [String: JSON] {
    guard !names.isEmpty else { return [:] }
    let client = try Client(environment)
    defer { client.close() }
    var found: [String: JSON] = [:]
    for name in names.sorted() {
      do {
        let response = try await client.variables.getVariable(
          GetVariableRequest(namespace: environment.namespace, name: name))
        found[name] = response.variable?.value.map { JSON($0) } ?? .null
      } catch let status as Status where [.notFound, .invalidArgument].contains(status.code) {
        continue
      } catch let status as Status {
        complain(status.explanation(address: environment.address))
        throw ExitCode(status.exitStatus.rawValue)
      }
    }
    return found
  }
}
