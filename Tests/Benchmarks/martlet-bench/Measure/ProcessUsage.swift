// Decides how another process's use of the machine is read: from /proc, as ps does.

import ArgumentParser
import Glibc

/// A process that is watched, by its id.
struct ProcessUsage {
  let pid: Int32

  /// This program.
  static var own: ProcessUsage { ProcessUsage(pid: getpid()) }

  /// Processor time in user and system mode since the process began (proc(5), stat, fields 14 and 15).
  func processorTime() throws -> Duration {
    let text = try read("stat")
    // The second field is the command's name in parentheses and may hold anything.
    guard let end = text.lastIndex(of: ")") else { throw unreadable("stat") }
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 12, let user = Int64(fields[11]), let system = Int64(fields[12]) else {
      throw unreadable("stat")
    }
    let ticks = Int64(sysconf(Int32(_SC_CLK_TCK)))
    return .microseconds((user + system) * 1_000_000 / ticks)
  }

  /// Memory in use, in bytes (proc(5), status, VmRSS).
  func residentBytes() throws -> Int {
    for line in try read("status").split(separator: "\n") where line.hasPrefix("VmRSS:") {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      if words.count > 1, let kilobytes = Int(words[1]) { return kilobytes * 1024 }
    }
    throw unreadable("status")
  }

  private func read(_ name: String) throws -> String {
    guard let file = fopen("/proc/\(pid)/\(name)", "r") else { throw unreadable(name) }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  private func unreadable(_ name: String) -> ValidationError {
    ValidationError("cannot read /proc/\(pid)/\(name): is there a process \(pid)?")
  }
}
