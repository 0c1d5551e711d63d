// Decides which requests a server hands to its handler and which it answers by itself.

import CNGHTTP2

/// What a connection has only on the server. Confined to the connection's loop.
final class HTTP2ServerRole {
  let handler: any HTTPHandler
  let counters: ServerCounters
  var counts = ConnectionCounts()

  init(handler: any HTTPHandler, counters: ServerCounters) {
    self.handler = handler
    self.counters = counters
  }

  /// A request's head is complete; nghttp2 has checked its form (RFC 9113, 8.1.1 and 8.3.1).
  func requestArrived(_ stream: HTTP2Stream, on connection: HTTP2Connection, ends: Bool) {
    counts.requests += 1
    connection.clock.exchangeBegan()
    stream.remote = .body
    // A peer that takes no answers gets no further ones to ask for; it may come again.
    guard connection.queuedBytes <= 2 * connection.limits.connectionHighWaterMark else {
      stream.phase = .refusing
      return stream.reset(HTTP2ErrorCode.refusedStream)
    }
    switch judge(connection.section, connection.texts) {
    case .success(let head):
      stream.isHead = head.method == "HEAD"
      let waits = connection.section.expects && !ends
      stream.phase = .live(handler.accept(head, on: stream))
      if waits { connection.askForBody(stream) }
    case .failure(let refusal): refuse(stream, refusal.status)
    }
    if ends { connection.remoteEnded(stream, trailers: nil) }
  }

  /// Why a request is answered without its handler: the status that says so.
  private struct Refusal: Error {
    let status: Int
  }

  private func judge(
    _ section: FieldSection, _ texts: TextCache
  ) -> Result<HTTPRequestHead, Refusal> {
    guard !section.isTooLarge else { return .failure(Refusal(status: 431)) }
    let method = texts.text(of: section.method)
    guard method != "CONNECT" else { return .failure(Refusal(status: 501)) }
    guard AuthoritySyntax.isWellFormed(section.authority) else {
      return .failure(Refusal(status: 400))
    }
    let fields = section.fields
    if section.expects, fields["expect"]?.lowercased() != "100-continue" {
      return .failure(Refusal(status: 417))
    }
    var authority = texts.text(of: section.authority)
    if section.namesHost, let host = fields["host"] {
      // Two names for one target must not disagree (RFC 9113, 8.3.1).
      guard authority.isEmpty || authority == host else {
        return .failure(Refusal(status: 400))
      }
      guard fields.withValue(of: "host", AuthoritySyntax.isWellFormed) == true else {
        return .failure(Refusal(status: 400))
      }
      authority = host
    }
    return .success(
      HTTPRequestHead(
        method: method, scheme: texts.text(of: section.scheme), authority: authority,
        path: texts.text(of: section.path), fields: fields, version: .http2))
  }

  private func refuse(_ stream: HTTP2Stream, _ status: Int) {
    stream.respond(HTTPResponseHead(status: status, fields: Self.emptyBody))
    stream.finish(trailers: nil)
    stream.phase = .refusing
  }

  private static let emptyBody: HTTPFields = ["content-length": "0"]
}
