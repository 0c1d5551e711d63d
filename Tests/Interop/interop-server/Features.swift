// Decides the features that several methods share: echoed metadata and status, checks of compression, payloads.

import InteropProto
import MartletCall

extension CallContext {
  private static let echoedInitial = "x-grpc-test-echo-initial"
  private static let echoedTrailing = "x-grpc-test-echo-trailing-bin"

  /// Sends back the two entries that clients look for.
  func echoMetadata() {
    for value in metadata.all(Self.echoedInitial) {
      response.headers.add(Self.echoedInitial, value)
    }
    if let bytes = metadata.binary(Self.echoedTrailing) {
      response.trailers.add(Self.echoedTrailing, binary: bytes)
    }
  }

  /// Refuses the request read last if it did not come as the caller says that it does.
  func check(_ expectCompressed: BoolValue?) throws(Status) {
    guard let expectCompressed, expectCompressed.value != response.lastMessageWasCompressed else {
      return
    }
    throw Status(
      .invalidArgument,
      "the request came \(response.lastMessageWasCompressed ? "compressed" : "uncompressed")")
  }
}

extension EchoStatus {
  /// Ends the call with this status; one of a code that does not exist is UNKNOWN.
  func throwUnlessOK() throws(Status) {
    guard code != 0 else { return }
    throw Status(UInt8(exactly: code).flatMap(StatusCode.init) ?? .unknown, message)
  }
}

extension Payload {
  /// A payload of zeros.
  ///
  /// - Throws: INVALID_ARGUMENT when there is no such size or type.
  static func zeros(_ size: Int32, _ type: PayloadType) throws(Status) -> Payload {
    guard type == .compressable else {
      throw Status(.invalidArgument, "payload type \(type.rawValue) is not supported")
    }
    guard size >= 0 else { throw Status(.invalidArgument, "a payload of \(size) bytes") }
    return Payload(type: type, body: [UInt8](repeating: 0, count: Int(size)))
  }
}
