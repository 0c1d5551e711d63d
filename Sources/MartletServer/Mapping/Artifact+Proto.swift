// Decides how an artifact crosses the contract: its content is a media type and bytes inside.

internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

/// The media types of the kinds of content.
private enum MediaType {
  static let markdown = "text/markdown"
  static let table = "application/vnd.martlet.table+json"
  static let link = "application/vnd.martlet.link+json"
  static let progress = "application/vnd.martlet.progress"
  static let image = "application/vnd.martlet.image-uri"
  static let custom = "application/vnd.martlet.custom+json"
}

extension NewArtifact {
  /// The largest text or table, in bytes.
  static let largest = 1 << 20
  /// The longest word for a type, in bytes.
  private static let longestType = 100

  /// An artifact of the contract.
  ///
  /// - Throws: `InvalidValue`, which names the field.
  init(_ artifact: MartletProto.Artifact, runID: RunID?) throws(InvalidValue) {
    let mediaType: String
    let body: [UInt8]
    var title = ""
    switch artifact.content {
    case .markdown(let text): (mediaType, body) = (MediaType.markdown, Array(text.utf8))
    case .table(let value):
      guard value.isTable else {
        throw InvalidValue(
          "artifact.table", "must be a list of objects, or an object of lists of one length")
      }
      (mediaType, body) = (MediaType.table, Array(try value.jsonText("artifact.table").utf8))
    case .link(let link):
      try ArtifactRules.check(address: link.uri, "artifact.link.uri")
      (mediaType, body) = (MediaType.link, Array(try link.jsonText("artifact.link").utf8))
    case .progress(let value):
      guard (0...100).contains(value) else {
        throw InvalidValue("artifact.progress", "must be from 0 to 100")
      }
      (mediaType, body) = (MediaType.progress, Array("\(value)".utf8))
    case .imageURI(let uri):
      try ArtifactRules.check(address: uri, "artifact.image_uri")
      (mediaType, body) = (MediaType.image, Array(uri.utf8))
    case .custom(let content):
      guard content.type.utf8.count <= Self.longestType else {
        throw InvalidValue(
          "artifact.custom.type",
          "is \(content.type.utf8.count) bytes long: at most \(Self.longestType)")
      }
      let text = try content.data?.jsonText("artifact.custom.data") ?? "null"
      (mediaType, body, title) = (MediaType.custom, Array(text.utf8), content.type)
    case nil:
      throw InvalidValue(
        "artifact.content", "is missing: one of markdown, table, link, progress, image_uri, custom")
    }
    guard body.count <= Self.largest else {
      throw InvalidValue("artifact", "is \(body.count) bytes: at most \(Self.largest)")
    }
    try ArtifactRules.check(key: artifact.key, "artifact.key")
    self.init(
      id: try ObjectID(optional: artifact.id, "artifact.id") ?? .timeOrdered(),
      key: artifact.key.isEmpty ? nil : artifact.key, runID: runID, mediaType: mediaType,
      title: title, description: artifact.description, body: body, labels: artifact.labels)
  }
}

extension JSONValue {
  /// Whether the value has rows: a list of objects, or an object of lists of one length.
  fileprivate var isTable: Bool {
    switch self {
    case .list(let rows):
      return rows.allSatisfy { if case .object = $0 { true } else { false } }
    case .object(let columns):
      let lengths = columns.values.map { if case .list(let list) = $0 { list.count } else { -1 } }
      return !lengths.contains(-1) && Set(lengths).count <= 1
    default: return false
    }
  }
}

extension MartletProto.Artifact {
  /// An artifact as it is stored.
  init(_ artifact: MartletStore.Artifact) {
    self.init()
    id = artifact.id.description
    namespace = artifact.namespace.name
    key = artifact.key ?? ""
    description = artifact.description
    runID = artifact.runID?.description ?? ""
    createTime = artifact.createTime.timestamp
    updateTime = artifact.updateTime.timestamp
    labels = artifact.labels
    let text = String(decoding: artifact.body, as: UTF8.self)
    switch artifact.mediaType {
    case MediaType.markdown: content = .markdown(text)
    case MediaType.table: content = JSONValue(stored: text).map { .table($0) }
    case MediaType.link: content = Link(stored: text).map { .link($0) }
    case MediaType.progress: content = Double(text).map { .progress($0) }
    case MediaType.image: content = .imageURI(text)
    case MediaType.custom:
      content = .custom(CustomContent(type: artifact.title, data: JSONValue(stored: text)))
    default: content = nil
    }
  }
}

extension ObjectID {
  /// An id for something that the server creates.
  static func timeOrdered() -> ObjectID { ObjectID(RunID.timeOrdered().value) }
}
