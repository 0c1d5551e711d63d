// Decides how tests run programs that are not ours: found on the machine or the test is skipped.

import Foundation

/// A program on this machine.
enum Peer {
  /// Whether `python3` can import grpc.
  static func hasGRPCIO() async -> Bool { await succeeds("python3", ["-c", "import grpc"]) }
  /// Whether curl is there.
  static func hasCurl() async -> Bool { await succeeds("curl", ["--version"]) }
  /// Whether buf is there.
  static func hasBuf() async -> Bool { await succeeds("buf", ["--version"]) }

  private static func succeeds(_ program: String, _ arguments: [String]) async -> Bool {
    (try? await runAside(program, arguments))?.status == 0
  }

  /// The path of a file beside these tests.
  static func file(_ name: String, from source: String = #filePath) -> String {
    URL(fileURLWithPath: source).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Peers").appendingPathComponent(name).path
  }

  /// The folder of the contract.
  static var contract: String {
    URL(fileURLWithPath: file("x")).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("proto").path
  }

  /// Runs a program to its end.
  static func run(
    _ program: String, _ arguments: [String]
  ) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    // A file, because Foundation's reading of a pipe traps when a signal interrupts it.
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("martlet-peer-\(UUID().uuidString)")
    try Data().write(to: path)
    defer { try? FileManager.default.removeItem(at: path) }
    let output = try FileHandle(forWritingTo: path)
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let data = try Data(contentsOf: path)
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  /// Runs a program to its end on a thread of its own, so that no task's thread is held.
  static func runAside(
    _ program: String, _ arguments: [String]
  ) async throws -> (status: Int32, output: String) {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(with: Result { try run(program, arguments) })
      }
    }
  }
}
