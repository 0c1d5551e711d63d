// Decides how a client reads the typed details of a status; what it does not know stays encoded.

public import MartletCall

extension StatusDetail {
  /// Reads a detail.
  public init(_ detail: Status.Detail) {
    let name = detail.typeURL.split(separator: "/").last.map(String.init) ?? ""
    let fields = Fields(detail.value)
    switch name {
    case "google.rpc.ErrorInfo":
      var metadata: [String: String] = [:]
      for entry in fields.messages(3) { metadata[entry.text(1)] = entry.text(2) }
      self = .errorInfo(reason: fields.text(1), domain: fields.text(2), metadata: metadata)
    case "google.rpc.BadRequest":
      self = .badRequest(
        fields.messages(1).map { FieldViolation(field: $0.text(1), description: $0.text(2)) })
    case "google.rpc.RetryInfo":
      let delay = fields.messages(1).last
      self = .retryInfo(
        .seconds(delay?.integer(1) ?? 0) + .nanoseconds(delay?.integer(2) ?? 0))
    case "google.rpc.ResourceInfo":
      self = .resourceInfo(
        type: fields.text(1), name: fields.text(2), owner: fields.text(3),
        description: fields.text(4))
    case "google.rpc.PreconditionFailure":
      self = .preconditionFailure(
        fields.messages(1).map {
          Violation(type: $0.text(1), subject: $0.text(2), description: $0.text(3))
        })
    case "google.rpc.QuotaFailure":
      self = .quotaFailure(
        fields.messages(1).map { Violation(subject: $0.text(1), description: $0.text(2)) })
    case "google.rpc.Help":
      self = .help(fields.messages(1).map { Link(description: $0.text(1), url: $0.text(2)) })
    default: self = .other(detail)
    }
  }

  /// The fields of a small message.
  private struct Fields {
    private var all: [(number: Int, value: ProtoReader.Value)] = []

    init(_ bytes: some Collection<UInt8>) {
      var reader = ProtoReader(bytes)
      while let field = reader.next() { all.append(field) }
    }

    func text(_ number: Int) -> String {
      for field in all.reversed() where field.number == number {
        if case .bytes(let bytes) = field.value { return String(decoding: bytes, as: UTF8.self) }
      }
      return ""
    }

    func integer(_ number: Int) -> Int64 {
      for field in all.reversed() where field.number == number {
        if case .varint(let value) = field.value { return Int64(bitPattern: value) }
      }
      return 0
    }

    func messages(_ number: Int) -> [Fields] {
      all.compactMap { field in
        guard field.number == number, case .bytes(let bytes) = field.value else { return nil }
        return Fields(bytes)
      }
    }
  }
}

extension Status {
  /// The details, read.
  public var typedDetails: [StatusDetail] { details.map(StatusDetail.init) }

  /// The stable reason of the `ErrorInfo`, if there is one.
  public var reason: String? {
    for case .errorInfo(let reason, _, _) in typedDetails { return reason }
    return nil
  }

  /// The metadata of the `ErrorInfo`.
  public var reasonMetadata: [String: String] {
    for case .errorInfo(_, _, let metadata) in typedDetails { return metadata }
    return [:]
  }

  /// When it is worth trying again, as `RetryInfo` says.
  public var retryAfter: Duration? {
    for case .retryInfo(let delay) in typedDetails { return delay }
    return nil
  }

  /// What is wrong with which field, as `BadRequest` says.
  public var fieldViolations: [StatusDetail.FieldViolation] {
    for case .badRequest(let violations) in typedDetails { return violations }
    return []
  }
}
