// Decides which content of Martlet's is a type and data of Prefect's. Prefect's client writes the data of tables as text, and
// links as Markdown; what has no place of its own keeps its type and data as they are.

internal import MartletModel
internal import MartletProto
internal import MartletWire

/// The content of artifacts in both vocabularies.
enum ArtifactContent {
  /// The labels that hold which runs Prefect's client names.
  static let flowRun = "prefect.flow-run-id"
  static let taskRun = "prefect.task-run-id"
  static let own: Set<String> = [flowRun, taskRun]

  /// The content that a type and data are.
  static func content(_ type: String?, _ data: JSON?) -> MartletProto.Artifact.Content {
    let text: String? = if case .string(let text)? = data { text.text } else { nil }
    switch (type, text) {
    case ("markdown", let text?): return .markdown(text)
    case ("table", let text?):
      if let table = try? JSON(parsing: text), isTable(table) { return .table(JSONValue(table)) }
    case ("image", let text?) where text.hasPrefix("https://") || text.hasPrefix("http://"):
      if text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }),
        text.utf8.count <= RunLimits.address
      {
        return .imageURI(text)
      }
    case ("progress", _):
      if case .number(let number)? = data, let value = Double(number.description),
        (0...100).contains(value)
      {
        return .progress(value)
      }
    default: break
    }
    return .custom(CustomContent(type: type ?? "", data: JSONValue(data ?? .null)))
  }

  /// The type and the data of content.
  static func shown(_ content: MartletProto.Artifact.Content?) -> (type: String?, data: JSON) {
    switch content {
    case .markdown(let text)?: return ("markdown", .text(text))
    case .table(let table)?: return ("table", .text(table.plain.description))
    case .link(let link)?:
      return ("markdown", .text("[\(link.text.isEmpty ? link.uri : link.text)](\(link.uri))"))
    case .progress(let value)?: return ("progress", .double(value))
    case .imageURI(let uri)?: return ("image", .text(uri))
    case .custom(let content)?:
      return (content.type.isEmpty ? nil : content.type, content.data?.plain ?? .null)
    case nil: return (nil, .null)
    }
  }

  /// The types of Martlet's that are shown as these.
  static func types(_ types: [String]) -> [String] {
    types.contains("markdown") ? types + ["link"] : types
  }

  /// Whether a value has rows, as Martlet's tables do.
  private static func isTable(_ value: JSON) -> Bool {
    switch value {
    case .array(let rows): return rows.allSatisfy { if case .object = $0 { true } else { false } }
    case .object(let columns):
      let lengths = columns.pairs.map {
        if case .array(let list) = $0.value { list.count } else { -1 }
      }
      return !lengths.contains(-1) && Set(lengths).count <= 1
    default: return false
    }
  }
}

extension Shape.Artifact {
  /// An artifact of Martlet's.
  init(_ artifact: MartletProto.Artifact) throws(PrefectFailure) {
    self.init()
    let content = ArtifactContent.shown(artifact.content)
    id = UUIDValue(text: artifact.id)
    created = artifact.createTime.map(Instant.init)
    updated = artifact.updateTime.map(Instant.init)
    key = artifact.key.isEmpty ? nil : artifact.key
    type = content.type
    description = artifact.description.isEmpty ? nil : artifact.description
    data = content.data
    let labels = artifact.labels
    metadata = labels.filter { !ArtifactContent.own.contains($0.key) }
    if metadata?.isEmpty ?? true { metadata = nil }
    taskRunID = labels[ArtifactContent.taskRun].flatMap { UUIDValue(text: $0) }
    flowRunID = labels[ArtifactContent.flowRun].flatMap { UUIDValue(text: $0) }
  }
}

extension Shape.ArtifactCollection {
  /// The newest artifact of a key; nil for one without.
  init?(_ artifact: Shape.Artifact) {
    guard let key = artifact.key, let id = artifact.id else { return nil }
    self.init(id: .derived(from: ["prefect artifact", key]), key: key, latestID: id)
    created = artifact.created
    updated = artifact.updated
    type = artifact.type
    description = artifact.description
    data = artifact.data
    metadata = artifact.metadata
    flowRunID = artifact.flowRunID
    taskRunID = artifact.taskRunID
  }
}
