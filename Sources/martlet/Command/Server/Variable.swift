// Decides how a variable of the environment is read: empty is unset, and what cannot be parsed is an error.

import ArgumentParser
import Glibc

/// A variable of the environment.
struct Variable {
  private let name: String

  init(_ name: String) { self.name = name }

  /// Its text; nil when unset or empty.
  var text: String? {
    get throws {
      guard let value = getenv(name), value.pointee != 0 else { return nil }
      guard let text = String(validatingCString: value) else {
        throw ValidationError("\(name) is not UTF-8")
      }
      return text
    }
  }

  /// Its value; nil when unset.
  func parsed<T>(_ parse: (String) -> T?) throws -> T? {
    guard let text = try text else { return nil }
    guard let value = parse(text) else {
      throw ValidationError("\(name) cannot be \"\(text)\"")
    }
    return value
  }

  /// Its parts between commas.
  var list: [String] {
    get throws {
      try (text ?? "").split(separator: ",").map { $0.trimmingPrefix { $0 == " " } }.map(
        String.init)
    }
  }
}
