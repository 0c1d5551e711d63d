// Decides how tests run the programs they check us against.

import Foundation

/// What a program did.
struct ToolResult: Sendable {
  let status: Int32
  let output: String
}

/// Runs a program to its end.
func runTool(_ name: String, _ arguments: [String]) async throws -> ToolResult {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = [name] + arguments
  let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  _ = FileManager.default.createFile(atPath: file.path, contents: nil)
  defer { try? FileManager.default.removeItem(at: file) }
  let output = try FileHandle(forWritingTo: file)
  process.standardOutput = output
  process.standardError = output
  let ended = Signal<Int32>()
  process.terminationHandler = { ended.fire($0.terminationStatus) }
  try process.run()
  let status = await ended.wait()
  return ToolResult(
    status: status, output: String(decoding: try Data(contentsOf: file), as: UTF8.self))
}

/// A program that runs until it is stopped.
struct RunningTool {
  private let process: Process

  fileprivate init(_ process: Process) { self.process = process }

  /// A child inherits the blocked signals of the pool thread that started it, so only this one reaches it.
  func stop() {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}

/// Starts a program.
func startTool(_ name: String, _ arguments: [String]) throws -> RunningTool {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = [name] + arguments
  process.standardOutput = FileHandle.nullDevice
  process.standardError = FileHandle.nullDevice
  try process.run()
  return RunningTool(process)
}
