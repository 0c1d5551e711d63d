// Decides how the data of a state is kept in one jsonb column: absent members are absent values.

import MartletModel
import MartletPostgres

extension RunState {
  private static let annotationKey = "annotations"

  /// The data of its type, and beside it the annotations, as JSON text, so that numbers come back as they were sent; nil
  /// when there is neither.
  var json: JSONValue? {
    if annotations.isEmpty { return detail.json }
    return .object((detail.json?.members ?? []) + [(Self.annotationKey, .string(annotations))])
  }

  /// Reads what `json` wrote for a state of this type.
  init(_ type: StateType, name: String, message: String, json: JSONValue?) {
    self.init(Detail(type, json: json), name: name, message: message)
    annotations = json?[Self.annotationKey]?.string ?? ""
  }
}

extension RunState.Detail {
  /// What only this type of state carries; nil when that is nothing.
  var json: JSONValue? {
    var members: [(key: String, value: JSONValue)] = []
    func add(_ key: String, _ text: String) {
      if !text.isEmpty { members.append((key, .string(text))) }
    }
    func add(_ key: String, _ number: Int64?) {
      if let number { members.append((key, .integer(number))) }
    }
    switch self {
    case .pending, .running, .cancelled: return nil
    case .scheduled(let data):
      add("due", data.dueTime?.microseconds)
      add("reason", data.reason)
      switch data.cause {
      case .failed(let failed)?:
        if let json = Self.failed(failed).json { members.append(("failed", json)) }
      case .crashed(let crashed)?:
        if let json = Self.crashed(crashed).json { members.append(("crashed", json)) }
      case nil: break
      }
    case .paused(let data):
      add("until", data.until?.microseconds)
      add("key", data.key)
      add("schema", data.inputSchema)
      if data.isSuspended { members.append(("suspended", .bool(true))) }
    case .cancelling(let deadline): add("deadline", deadline?.microseconds)
    case .completed(let data):
      if let result = data.result { members.append(("result", result.json)) }
      add("cached_from", data.cachedFrom?.description ?? "")
    case .failed(let data):
      add("type", data.errorType)
      add("error", data.errorMessage)
      add("traceback", data.traceback)
      if let retriable = data.retriable { members.append(("retriable", .bool(retriable))) }
    case .crashed(let data):
      add("signal", data.signal.map(Int64.init))
      add("exit", data.exitCode.map(Int64.init))
      add("note", data.note)
      if data.isPresumptive { members.append(("presumptive", .bool(true))) }
    }
    return members.isEmpty ? nil : .object(members)
  }

  /// Reads what `json` wrote for a state of this type.
  init(_ type: StateType, json: JSONValue?) {
    func text(_ key: String) -> String { json?[key]?.string ?? "" }
    func time(_ key: String) -> Instant? { json?[key]?.integer.map(Instant.init(microseconds:)) }
    func number(_ key: String) -> Int32? {
      json?[key]?.integer.map(Int32.init(truncatingIfNeeded:))
    }
    switch type {
    case .scheduled:
      var data = RunState.Scheduled(dueTime: time("due"), reason: text("reason"))
      if let failed = json?["failed"], case .failed(let cause) = Self(.failed, json: failed) {
        data.cause = .failed(cause)
      } else if let crashed = json?["crashed"],
        case .crashed(let cause) = Self(.crashed, json: crashed)
      {
        data.cause = .crashed(cause)
      }
      self = .scheduled(data)
    case .pending: self = .pending
    case .running: self = .running
    case .paused:
      self = .paused(
        .init(
          until: time("until"), key: text("key"), inputSchema: text("schema"),
          isSuspended: json?["suspended"]?.bool ?? false))
    case .cancelling: self = .cancelling(deadline: time("deadline"))
    case .completed:
      self = .completed(
        .init(
          result: json?["result"].map(Payload.init(json:)),
          cachedFrom: RunID(text("cached_from"))))
    case .failed:
      self = .failed(
        .init(
          errorType: text("type"), errorMessage: text("error"), traceback: text("traceback"),
          retriable: json?["retriable"]?.bool))
    case .cancelled: self = .cancelled
    case .crashed:
      self = .crashed(
        .init(
          signal: number("signal"), exitCode: number("exit"), note: text("note"),
          isPresumptive: json?["presumptive"]?.bool ?? false))
    }
  }
}

extension Payload {
  /// JSON is kept as a string of JSON text, so that numbers come back as they were sent.
  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("media", .string(mediaType)), ("digest", .string(digest)), ("size", .integer(size)),
    ]
    switch body {
    case .json(let text): members.append(("json", .string(text)))
    case .data(let bytes): members.append(("hex", .string(hex(bytes))))
    case .uri(let uri): members.append(("uri", .string(uri)))
    }
    return .object(members)
  }

  /// Reads what `json` wrote.
  init(json: JSONValue) {
    let body: Body
    if let text = json["json"]?.string {
      body = .json(text)
    } else if let text = json["hex"]?.string {
      body = .data(bytes(hex: text))
    } else {
      body = .uri(json["uri"]?.string ?? "")
    }
    self.init(
      mediaType: json["media"]?.string ?? "", digest: json["digest"]?.string ?? "",
      size: json["size"]?.integer ?? 0, body: body)
  }
}

private func hex(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
    for (index, byte) in bytes.enumerated() {
      buffer[index * 2] = digits[Int(byte >> 4)]
      buffer[index * 2 + 1] = digits[Int(byte & 15)]
    }
    return bytes.count * 2
  }
}

private func bytes(hex: String) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(hex.utf8.count / 2)
  var high: UInt8?
  for digit in hex.utf8 {
    let value =
      digit <= UInt8(ascii: "9") ? digit &- UInt8(ascii: "0") : digit &- UInt8(ascii: "a") &+ 10
    if let first = high {
      bytes.append(first << 4 | value & 15)
      high = nil
    } else {
      high = value
    }
  }
  return bytes
}
