// Decides how large a run and its state count where lists must fit into a message.

extension RunState {
  /// The bytes of its texts and of what it carries inline.
  public var textBytes: Int {
    name.utf8.count + message.utf8.count + annotations.utf8.count + detail.textBytes
  }
}

extension RunState.Detail {
  fileprivate var textBytes: Int {
    switch self {
    case .scheduled(let scheduled):
      switch scheduled.cause {
      case .failed(let failed): failed.textBytes
      case .crashed(let crashed): crashed.note.utf8.count
      case nil: 0
      }
    case .paused(let paused): paused.inputSchema.utf8.count
    case .completed(let completed): completed.result?.inlineBytes ?? 0
    case .failed(let failed): failed.textBytes
    case .crashed(let crashed): crashed.note.utf8.count
    case .pending, .running, .cancelling, .cancelled: 0
    }
  }
}

extension RunState.Failed {
  fileprivate var textBytes: Int { errorMessage.utf8.count + traceback.utf8.count }
}

extension Payload {
  fileprivate var inlineBytes: Int {
    switch body {
    case .json(let text), .uri(let text): text.utf8.count
    case .data(let bytes): bytes.count
    }
  }
}

extension NewRun {
  /// The bytes of its parameters, labels and tags.
  public var textBytes: Int { parameters.utf8.count + RunLimits.bytes(of: labels, tags) }
}

extension RunLimits {
  /// The bytes of labels and tags.
  public static func bytes(of labels: [String: String], _ tags: [String]) -> Int {
    labels.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
      + tags.reduce(0) { $0 + $1.utf8.count }
  }
}
