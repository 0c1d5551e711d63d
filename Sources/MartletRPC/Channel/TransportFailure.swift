// Decides what the loss of a stream or a connection means to a caller
// (gRPC over HTTP/2, "HTTP2 Transport Mapping, Errors").

import MartletCall
import MartletHTTP

/// How a call failed: what to tell, and whether the server surely did not begin it.
struct CallFailure: Error {
  var status: Status
  var unprocessed = false

  init(_ status: Status, unprocessed: Bool = false) {
    self.status = status
    self.unprocessed = unprocessed
  }

  /// What the end of a stream means before a status has come.
  init(_ error: HTTPStreamError?) {
    switch error {
    case .reset(let code):
      unprocessed = code == 7
      status =
        switch code {
        case 7: Status(.unavailable, "the server refused the stream")
        case 8: Status(.cancelled, "the server cancelled the stream")
        case 11: Status(.resourceExhausted, "the server asks for fewer requests")
        case 12: Status(.permissionDenied, "the server asks for a safer connection")
        default: Status(.internal, "the server reset the stream with HTTP/2 error \(code)")
        }
    case .connectionClosed(let processed):
      unprocessed = !processed
      status = Status(.unavailable, "the connection to the server was lost")
    case .limit(let text): status = Status(.resourceExhausted, text)
    case .protocolViolation(let text): status = Status(.internal, text)
    case nil: status = Status(.internal, "the server ended the stream without a status")
    }
  }
}
