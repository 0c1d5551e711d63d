// Decides how the interop client is told what to run against whom: the flags of the public interop clients.
//
// It leaves with 0 when every case passed, 1 when one failed, 2 when the command line is wrong or a case is not
// supported.

import ArgumentParser
import MartletHTTP
import MartletRPC

@main
struct InteropClient: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interop-client",
    abstract: "Runs the public gRPC interop cases against a server.",
    discussion: """
      The cases: https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md
      """)

  @Option(
    name: [.customLong("test_case"), .customLong("test-case")],
    help: "The case, several with commas between them, or all.")
  var testCase = "large_unary"

  @Option(
    name: [.customLong("caching_proxy"), .customLong("caching-proxy")],
    help:
      "Whether a caching proxy stands before the server: cacheable_unary then looks for its work.")
  var hasCachingProxy = false

  @OptionGroup var server: ServerOptions
  @OptionGroup var soak: SoakOptions

  func run() async throws {
    let cases = try chosen()
    let channel = try server.connector()
    let setting = CaseSetting(
      connect: channel, channel: channel(), hasCachingProxy: hasCachingProxy, soak: soak.plan)
    var failed = 0
    for each in cases {
      do {
        try await each.run(setting)
        print("\(each.name): passed")
      } catch {
        failed += 1
        print("\(each.name): FAILED: \(error)")
      }
    }
    print("\(cases.count - failed) passed, \(failed) failed")
    if failed > 0 { throw ExitCode(1) }
  }

  /// The cases named.
  private func chosen() throws -> [InteropCase] {
    if testCase == "all" { return InteropCase.all }
    return try testCase.split(separator: ",").map { name in
      if let known = InteropCase.all.first(where: { $0.name == name }) { return known }
      throw UsageError(
        text: InteropCase.notSupported.contains(String(name))
          ? "the case \(name) is not supported"
          : "there is no case \(name); there are all, "
            + InteropCase.all.map(\.name).joined(separator: ", "))
    }
  }

  static func main() async {
    do {
      let command = try parse()
      try await command.run()
    } catch let code as ExitCode {
      exit(withError: code)
    } catch {
      let isHelp = exitCode(for: error) == .success
      print(error is UsageError ? "\(error)" : fullMessage(for: error))
      exit(withError: ExitCode(isHelp ? 0 : 2))
    }
  }
}

/// A command line that cannot be followed.
struct UsageError: Error, CustomStringConvertible {
  let text: String
  var description: String { "interop-client: \(text)" }
}
