// Decides how these tests ask Python.

import Foundation
import Testing

/// What a Python script beside the caller's file prints.
func python(_ name: String, _ arguments: String..., beside file: String = #filePath) throws
  -> String
{
  let script = URL(fileURLWithPath: file).deletingLastPathComponent().appending(path: name)
  let process = Process()
  let output = Pipe()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  let python = ProcessInfo.processInfo.environment["PYTHON"] ?? "python3"
  process.arguments = [python, script.path] + arguments
  process.standardOutput = output
  try process.run()
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  try #require(
    process.terminationStatus == 0, "\(name) failed: make setup-test installs what it imports")
  return String(decoding: data, as: UTF8.self)
}
