// Decides how a case says what it expects, and how the client tells what it got instead.

import InteropProto
import MartletCall

/// What a case got instead of what it expects.
struct CaseFailure: Error, CustomStringConvertible {
  /// For people.
  let description: String
}

/// Fails the case unless a value is the one expected.
func expect<Value: Equatable>(
  _ what: String, _ value: Value, is expected: Value
) throws(CaseFailure) {
  guard value != expected else { return }
  throw CaseFailure(description: "\(what) is \(value), not \(expected)")
}

/// Fails the case unless a payload is of zeros, as many as expected.
func expect(_ payload: Payload?, zeros count: Int) throws(CaseFailure) {
  let body = payload?.body ?? []
  try expect("the size of the payload", body.count, is: count)
  try expect("the type of the payload", payload?.type ?? .compressable, is: .compressable)
  guard body.allSatisfy({ $0 == 0 }) else {
    throw CaseFailure(description: "the payload is not of zeros")
  }
}

/// The status that a call must end with, which is not OK; any other end fails the case.
@discardableResult
func expect(
  _ code: StatusCode, of call: String, _ body: () async throws -> Void
) async throws -> Status {
  do {
    try await body()
  } catch let status as Status {
    guard status.code == code else {
      throw CaseFailure(description: "\(call) ended with \(status), not \(code.name)")
    }
    return status
  }
  throw CaseFailure(description: "\(call) ended with OK, not \(code.name)")
}

/// Fails the case unless a stream has ended with OK.
func expectEnd<Element: Sendable>(
  _ responses: MessageStream<Element>, after count: Int
) async throws {
  guard try await responses.next() == nil else {
    throw CaseFailure(description: "more than \(count) responses came")
  }
}

/// The next response of a stream that must have one.
func expectNext<Element: Sendable>(_ responses: MessageStream<Element>) async throws -> Element {
  guard let response = try await responses.next() else {
    throw CaseFailure(description: "the stream ended where a response was expected")
  }
  return response
}

extension Payload {
  /// A payload of zeros.
  static func zeros(_ count: Int) -> Payload {
    Payload(body: [UInt8](repeating: 0, count: count))
  }
}
