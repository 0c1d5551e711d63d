// Decides which commands may wait in the queue, and what they weigh there.

import MartletModel

extension Command {
  /// Checks every value, so that no data error reaches the transaction of others.
  /// - Throws: `InvalidValue`, which names the field.
  func validate(now: Instant, acceptsAnyID: Bool) throws(InvalidValue) {
    switch self {
    case .report(let report):
      try report.validate(now: now, acceptsAnyID: acceptsAnyID)
      if let run = report.newRun, hasEscapedNUL(run.parameters) {
        throw InvalidValue("create.parameters", "holds \\u0000, which cannot be stored")
      }
    case .cancel(let cancellation): try cancellation.validate()
    case .pause, .resume, .retry, .setState:
      try validateOperation()
      if case .resume(let request) = self, hasEscapedNUL(request.input ?? "") {
        throw InvalidValue("input", "holds \\u0000, which cannot be stored")
      }
    case .sessionLapsed, .dueTimePassed, .offer, .withdrawOffer, .hold: break
    }
  }

  /// About how many bytes the command holds on to while it waits.
  var weight: Int {
    if case .resume(let request) = self { return 256 + (request.input?.utf8.count ?? 0) }
    if case .setState(let request) = self { return 256 + request.state.weight }
    guard case .report(let report) = self else { return 256 }
    switch report.item {
    case .create(let run): return run.weight
    case .propose(let state): return 256 + state.weight
    case .tell(let tale): return 256 + tale.state.weight + (tale.run?.weight ?? 0)
    }
  }
}

extension NewRun {
  fileprivate var weight: Int {
    512 + parameters.utf8.count + dependencies.count * 64
      + labels.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count + 32 }
      + tags.reduce(0) { $0 + $1.utf8.count + 16 }
  }
}

extension RunState {
  fileprivate var weight: Int {
    switch detail {
    case .failed(let data): data.errorMessage.utf8.count + data.traceback.utf8.count
    case .completed(let data):
      switch data.result?.body {
      case .json(let json): json.utf8.count
      case .data(let bytes): bytes.count * 3
      case .uri, nil: 0
      }
    case .paused(let data): data.inputSchema.utf8.count
    default: message.utf8.count
    }
  }
}

/// Whether JSON text holds the escape of U+0000: `\u0000` after an even number of backslashes.
func hasEscapedNUL(_ json: String) -> Bool {
  var isEscape = false
  var zeros: Int?
  for byte in json.utf8 {
    if let count = zeros, byte == UInt8(ascii: "0") {
      if count == 3 { return true }
      zeros = count + 1
      continue
    }
    zeros = nil
    if isEscape {
      isEscape = false
      if byte == UInt8(ascii: "u") { zeros = 0 }
    } else {
      isEscape = byte == UInt8(ascii: "\\")
    }
  }
  return false
}
