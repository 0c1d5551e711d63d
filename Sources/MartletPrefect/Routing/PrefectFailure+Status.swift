// Decides how the errors of Martlet's own services are told in Prefect's words.

internal import MartletCall
internal import MartletModel
internal import MartletRPC

extension PrefectFailure {
  /// What an endpoint threw.
  init(thrown error: any Error, body: JSON) {
    switch error {
    case let failure as PrefectFailure: self = failure
    case let fault as ShapeFault: self.init(fault, in: body)
    case let status as Status: self.init(status)
    case let convertible as any StatusConvertible: self.init(convertible.status)
    default: self.init(500, "Internal Server Error")
    }
  }

  /// The client tries 429, 502 and 503 again by itself; a conflict of writers is one of those to it.
  init(_ status: Status) {
    let code =
      switch status.code {
      case .ok, .unknown, .internal, .dataLoss: 500
      case .invalidArgument, .outOfRange: 422
      case .notFound: 404
      case .alreadyExists, .failedPrecondition: 409
      case .permissionDenied: 403
      case .unauthenticated: 401
      case .resourceExhausted: 429
      case .unimplemented: 501
      case .aborted, .cancelled, .deadlineExceeded, .unavailable: 503
      }
    let detail = status.message.isEmpty ? status.code.name : status.message
    self.init(code, detail, retryAfter: status.retryAfter)
  }
}
