// Decides how the files of a directory are served: GET and HEAD, a tag for each content, parts of it on request,
// read off the event loop and no faster than they are taken.

import NIOCore

/// Serves the files below a directory.
public struct StaticFiles: HTTPHandler {
  private let root: String
  private let prefix: String
  private let fields: HTTPFields
  private let fallback: String?
  private let substitution: TextSubstitution?
  private let redirect: Redirect?

  /// Where somebody is sent who asks for something; nil when it is served.
  public typealias Redirect = @Sendable (HTTPRequestHead) -> String?

  /// Names a directory.
  ///
  /// - Parameters:
  ///   - root: the directory.
  ///   - prefix: what paths begin with and files do not, such as `/ui`.
  ///   - fields: further fields of every response, such as `cache-control`.
  ///   - fallback: the page that a browser gets where there is no file, for pages that read the path themselves.
  ///   - substitution: what is replaced in texts.
  ///   - redirect: who is sent elsewhere.
  public init(
    root: String, prefix: String = "", fields: HTTPFields = HTTPFields(), fallback: String? = nil,
    substitution: TextSubstitution? = nil, redirect: Redirect? = nil
  ) {
    self.root = root
    self.prefix = prefix
    self.fields = fields
    self.fallback = fallback
    self.substitution = substitution
    self.redirect = redirect
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
    if let target = redirect?(head) {
      return refusal(307, ["location": target, "cache-control": "no-store"])
    }
    let path = head.path.prefix { $0 != "?" && $0 != "#" }
    guard path.hasPrefix(prefix),
      let (file, name) = open(path.dropFirst(prefix.count)) ?? openFallback(for: head)
    else { return refusal(404) }
    let type = MediaType.of(name)
    let tag = EntityTag(file.stamp)
    var fields: HTTPFields = ["etag": tag.text, "accept-ranges": "bytes"]
    fields.append("x-content-type-options", "nosniff")
    fields.append(contentsOf: self.fields)
    guard tag.isWanted(by: head.fields["if-match"]) else { return refusal(412) }
    if tag.isNamed(in: head.fields["if-none-match"]) {
      return FileExchange.Answer(head: HTTPResponseHead(status: 304, fields: fields))
    }
    fields.append("content-type", type)
    let replaced = substitution?.content(of: file, type: type)
    let size = replaced?.readableBytes ?? Int(file.stamp.size)
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
    let source: any FileContent = if let replaced { replaced } else { file }
    return FileExchange.Answer(
      head: HTTPResponseHead(status: status, fields: fields),
      content: head.method == "HEAD" || bytes.isEmpty ? nil : (source, bytes))
  }

  private func open(_ path: Substring) -> (OpenFile, Substring)? {
    guard let names = StaticPath(path), let file = OpenFile(names, below: root) else { return nil }
    return (file, names.names.last ?? "")
  }

  /// What a browser gets that goes to a page, and not one that looks for a file.
  private func openFallback(for head: HTTPRequestHead) -> (OpenFile, Substring)? {
    guard let fallback, head.fields["accept"]?.contains("text/html") ?? false else { return nil }
    return open("/" + fallback)
  }

  private func refusal(_ status: Int, _ extra: HTTPFields = HTTPFields()) -> FileExchange.Answer {
    var fields: HTTPFields = ["content-length": "0"]
    fields.append(contentsOf: extra)
    return FileExchange.Answer(head: HTTPResponseHead(status: status, fields: fields))
  }
}
