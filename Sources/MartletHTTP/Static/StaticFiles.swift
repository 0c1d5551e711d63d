// Decides how the files of a directory are served: GET and HEAD, a tag for each content, parts of it on request,
// read off the event loop and no faster than they are taken.

import NIOCore

/// Serves the files below a directory.
public struct StaticFiles: HTTPHandler {
  private let root: String
  private let prefix: String
  private let fields: HTTPFields

  /// Names a directory.
  ///
  /// - Parameters:
  ///   - root: the directory.
  ///   - prefix: what paths begin with and files do not, such as `/ui`.
  ///   - fields: further fields of every response, such as `cache-control`.
  public init(root: String, prefix: String = "", fields: HTTPFields = HTTPFields()) {
    self.root = root
    self.prefix = prefix
    self.fields = fields
  }

  /// Serves a request; see `HTTPHandler`.
  public func accept(
    _ head: HTTPRequestHead, on stream: any HTTPServerStream
  ) -> any HTTPStreamDelegate {
    FileExchange(on: stream) { [self] in answer(head) }
  }

  /// The whole of a response but for the bytes of its file. Blocks; off the loop.
  private func answer(_ head: HTTPRequestHead) -> FileExchange.Answer {
    guard head.method == "GET" || head.method == "HEAD" else {
      return refusal(405, ["allow": "GET, HEAD"])
    }
    let path = head.path.prefix { $0 != "?" && $0 != "#" }
    guard path.hasPrefix(prefix), let names = StaticPath(path.dropFirst(prefix.count)),
      let file = OpenFile(names, below: root)
    else { return refusal(404) }
    let size = Int(file.stamp.size)
    let tag = EntityTag(file.stamp)
    var fields: HTTPFields = ["etag": tag.text, "accept-ranges": "bytes"]
    fields.append("x-content-type-options", "nosniff")
    fields.append(contentsOf: self.fields)
    guard tag.isWanted(by: head.fields["if-match"]) else { return refusal(412) }
    if tag.isNamed(in: head.fields["if-none-match"]) {
      return FileExchange.Answer(head: HTTPResponseHead(status: 304, fields: fields))
    }
    fields.append("content-type", MediaType.of(names.names.last ?? ""))
    let range =
      head.method == "GET" && tag.allowsRange(head.fields["if-range"])
      ? ByteRange(head.fields["range"], size: size) : .whole
    var status = 200
    var bytes = 0..<size
    switch range {
    case .whole: break
    case .part(let part):
      status = 206
      bytes = part
      fields.append("content-range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)")
    case .unsatisfiable: return refusal(416, ["content-range": "bytes */\(size)"])
    }
    fields.append("content-length", bytes.count)
    return FileExchange.Answer(
      head: HTTPResponseHead(status: status, fields: fields),
      content: head.method == "HEAD" || bytes.isEmpty ? nil : (file, bytes))
  }

  private func refusal(_ status: Int, _ extra: HTTPFields = HTTPFields()) -> FileExchange.Answer {
    var fields: HTTPFields = ["content-length": "0"]
    fields.append(contentsOf: extra)
    return FileExchange.Answer(head: HTTPResponseHead(status: status, fields: fields))
  }
}
