// Decides how an error looks over Connect (https://connectrpc.com/docs/protocol, "Error end-stream" and
// "Error codes"): a JSON body and an HTTP status.

import MartletCall

/// Errors in the form of Connect.
enum ConnectError {
  /// The name of a code.
  static func name(of code: StatusCode) -> String {
    // Connect has no name for OK and spells one code its own way.
    code == .cancelled ? "canceled" : code.name.lowercased()
  }

  /// The code of a name.
  static func code(named name: String) -> StatusCode? {
    StatusCode.allCases.first { $0 != .ok && self.name(of: $0) == name }
  }

  /// The HTTP status of a code.
  static func httpStatus(of code: StatusCode) -> Int {
    switch code {
    case .ok: 200
    case .cancelled: 499
    case .unknown: 500
    case .invalidArgument: 400
    case .deadlineExceeded: 504
    case .notFound: 404
    case .alreadyExists: 409
    case .permissionDenied: 403
    case .resourceExhausted: 429
    case .failedPrecondition: 400
    case .aborted: 409
    case .outOfRange: 400
    case .unimplemented: 501
    case .internal: 500
    case .unavailable: 503
    case .dataLoss: 500
    case .unauthenticated: 401
    }
  }

  /// The body of an error.
  static func body(of status: Status) -> [UInt8] {
    var json = JSONText()
    json.object { json in write(status, to: &json) }
    return json.bytes
  }

  /// The last message of a stream ("EndStreamResponse").
  static func endOfStream(_ status: Status?, _ trailers: Metadata) -> [UInt8] {
    var metadata: [(name: String, values: [String])] = []
    for entry in trailers.entries + (status?.trailers.entries ?? []) {
      guard !MetadataFields.isReserved(entry.name) else { continue }
      let value =
        switch entry.value {
        case .text(let text): text
        case .binary(let bytes): Base64.encode(bytes)
        }
      if let index = metadata.firstIndex(where: { $0.name == entry.name }) {
        metadata[index].values.append(value)
      } else {
        metadata.append((entry.name, [value]))
      }
    }
    var json = JSONText()
    json.object { json in
      if let status { json.object("error") { json in write(status, to: &json) } }
      guard !metadata.isEmpty else { return }
      json.object("metadata") { json in
        for (name, values) in metadata { json.array(name, values) { $0.element($1) } }
      }
    }
    return json.bytes
  }

  private static func write(_ status: Status, to json: inout JSONText) {
    json.member("code", name(of: status.code))
    if !status.message.isEmpty { json.member("message", status.message) }
    guard !status.details.isEmpty else { return }
    json.array("details", status.details) { json, detail in
      let type = detail.typeURL.split(separator: "/").last.map(String.init) ?? detail.typeURL
      json.object { json in
        json.member("type", type)
        json.member("value", Base64.encode(detail.value))
        json.debug(StatusDetail(detail))
      }
    }
  }
}

extension JSONText {
  /// The detail in readable form, for people who read what curl shows.
  fileprivate mutating func debug(_ detail: StatusDetail) {
    switch detail {
    case .other: return
    case .errorInfo(let reason, let domain, let metadata):
      object("debug") { json in
        json.member("reason", reason)
        json.member("domain", domain)
        guard !metadata.isEmpty else { return }
        json.object("metadata") { json in
          for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { json.member(key, value) }
        }
      }
    case .badRequest(let violations):
      object("debug") { json in
        json.array("fieldViolations", violations) { json, violation in
          json.object { json in
            json.member("field", violation.field)
            json.member("description", violation.description)
          }
        }
      }
    case .retryInfo(let delay):
      let (seconds, attoseconds) = delay.components
      let fraction = String(1_000_000_000 + attoseconds / 1_000_000_000).dropFirst()
      object("debug") { json in
        json.member("retryDelay", attoseconds == 0 ? "\(seconds)s" : "\(seconds).\(fraction)s")
      }
    case .resourceInfo(let type, let name, _, let description):
      object("debug") { json in
        json.member("resourceType", type)
        json.member("resourceName", name)
        if !description.isEmpty { json.member("description", description) }
      }
    case .preconditionFailure(let violations), .quotaFailure(let violations):
      object("debug") { json in
        json.array("violations", violations) { json, violation in
          json.object { json in
            if !violation.type.isEmpty { json.member("type", violation.type) }
            json.member("subject", violation.subject)
            json.member("description", violation.description)
          }
        }
      }
    case .help(let links):
      object("debug") { json in
        json.array("links", links) { json, link in
          json.object { json in
            json.member("description", link.description)
            json.member("url", link.url)
          }
        }
      }
    }
  }
}
