// Decides how the API of a Prefect server is asked: HTTP/1.1 with JSON, a connection a request, over TLS where the address says
// so, with the credentials that Prefect's own client has.

import Glibc
import MartletCall
import MartletModel
import MartletPrefect
import MartletWire
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// The API of a Prefect server.
struct PrefectRequests: Sendable {
  /// What is asked for.
  enum Method: String {
    case get = "GET"
    case post = "POST"
    case patch = "PATCH"
  }

  private let host: String
  private let port: Int
  private let path: String
  private let tls: NIOSSLContext?

  /// Reads an address such as `http://prefect:4200/api`.
  ///
  /// - Throws: `Status` when it is none.
  init(_ address: String) throws {
    let parts = address.split(separator: "://", maxSplits: 1).map(String.init)
    guard parts.count == 2, parts[0] == "http" || parts[0] == "https" else {
      throw Status(
        .invalidArgument,
        "--prefect-api: \"\(address)\" is no address such as http://prefect:4200/api")
    }
    let place = parts[1].prefix { $0 != "/" }
    let rest = parts[1].dropFirst(place.count)
    path = rest.last == "/" ? String(rest.dropLast()) : String(rest)
    let colon = place.lastIndex(of: ":")
    let number = colon.map { place[place.index(after: $0)...] }
    host = String(place.prefix(upTo: colon ?? place.endIndex))
    guard !host.isEmpty, let port = number.map({ Int($0) }) ?? (parts[0] == "https" ? 443 : 80)
    else {
      throw Status(
        .invalidArgument, "--prefect-api: \"\(address)\" has no host, or a port that is none")
    }
    self.port = port
    tls =
      parts[0] == "https"
      ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
  }

  /// Asks, and reads the answer.
  ///
  /// - Throws: `Status` when the server does not answer, or says no.
  func ask(_ method: Method, _ path: String, _ body: JSON? = nil) async throws -> JSON {
    var request = HTTPRequestHead(
      version: .http1_1, method: HTTPMethod(rawValue: method.rawValue), uri: self.path + path)
    request.headers.add(name: "host", value: "\(host):\(port)")
    request.headers.add(name: "connection", value: "close")
    request.headers.add(name: "content-type", value: "application/json")
    let text = body?.description ?? ""
    request.headers.add(name: "content-length", value: "\(text.utf8.count)")
    if let credentials = Self.credentials {
      request.headers.add(name: "authorization", value: credentials)
    }
    let (status, answer) = try await exchange(request, text)
    guard (200..<300).contains(status) else {
      let code: StatusCode =
        switch status {
        case 401, 403: .permissionDenied
        case 404: .notFound
        default: .failedPrecondition
        }
      throw Status(
        code, "the Prefect server answers \(method.rawValue) \(path) with \(status): \(answer)")
    }
    return answer.isEmpty ? .null : try PrefectRow(answer).json
  }

  private func exchange(_ head: HTTPRequestHead, _ body: String) async throws -> (Int, String) {
    let (host, tls) = (host, tls)
    do {
      let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connectTimeout(.seconds(10))
        .connect(host: host, port: port) { channel in
          channel.eventLoop.makeCompletedFuture {
            if let tls {
              try channel.pipeline.syncOperations.addHandler(
                NIOSSLClientHandler(context: tls, serverHostname: host))
            }
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
              wrappingChannelSynchronously: channel)
          }
        }
      return try await channel.executeThenClose { inbound, outbound in
        try await outbound.write(.head(head))
        try await outbound.write(.body(.byteBuffer(ByteBuffer(string: body))))
        try await outbound.write(.end(nil))
        var status = 0
        var text = ByteBuffer()
        for try await part in inbound {
          switch part {
          case .head(let head): status = Int(head.status.code)
          case .body(var bytes): text.writeBuffer(&bytes)
          case .end: return (status, String(buffer: text))
          }
        }
        throw Status(.unavailable, "the Prefect server at \(host) ended the connection")
      }
    } catch let status as Status {
      throw status
    } catch {
      throw Status(.unavailable, "the Prefect server at \(host):\(port) does not answer: \(error)")
    }
  }

  /// What Prefect's client shows: a user and a password, or a key.
  private static var credentials: String? {
    func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
    if let key = variable("PREFECT_API_KEY") { return "Bearer \(key)" }
    return variable("PREFECT_API_AUTH_STRING").map { "Basic " + Base64.text(Array($0.utf8)) }
  }
}
