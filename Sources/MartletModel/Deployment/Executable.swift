// Decides what a deployment may have executed.

/// What is executed when a run of a deployment starts.
public enum Executable: Sendable, Hashable {
  /// A function of a program, as `path/file.py:function` or `package.module:function`.
  case entrypoint(String)
  /// A command line for /bin/sh.
  case shell(String)
  /// A program and its arguments.
  case command([String])

  /// Longest text of it, in bytes.
  static let size = 64 << 10

  func validate(_ field: String) throws(InvalidValue) {
    switch self {
    case .entrypoint(let text):
      try InvalidValue.check(text, "\(field).entrypoint", limit: RunLimits.address)
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count >= 2, parts.allSatisfy({ !$0.isEmpty }) else {
        throw InvalidValue(
          "\(field).entrypoint", "must be as path/file.py:function or package.module:function")
      }
    case .shell(let text):
      try InvalidValue.check(text, "\(field).shell", limit: Self.size)
      if text.isEmpty { throw InvalidValue("\(field).shell", "is empty: give a command line") }
    case .command(let arguments):
      guard let program = arguments.first, !program.isEmpty else {
        throw InvalidValue("\(field).command.arguments", "is empty: give a program first")
      }
      guard arguments.reduce(0, { $0 + $1.utf8.count + 1 }) <= Self.size else {
        throw InvalidValue(
          "\(field).command.arguments", "are longer than \(Self.size) bytes together")
      }
      for argument in arguments {
        try InvalidValue.check(argument, "\(field).command.arguments", limit: Self.size)
      }
    }
  }
}
