// Decides what is sent where when a block is used to notify, for the types of blocks that Prefect comes with.

/// What is to be told.
public struct NotificationText: Sendable, Equatable {
  /// The first line; may be empty.
  public var subject: String
  /// The rest.
  public var body: String
  /// The same however often it is sent.
  public var id: String

  /// Makes a text.
  public init(subject: String, body: String, id: String) {
    self.subject = subject
    self.body = body
    self.id = id
  }

  /// The subject, marked, and the body below it.
  func marked(by mark: String) -> String {
    subject.isEmpty ? body : "\(mark)\(subject)\(mark)\n\(body)"
  }
}

/// Requests that blocks describe.
public enum NotificationRequests {
  /// The slugs of the types that notify.
  public static let types = [
    "custom-webhook", "discord-webhook", "mattermost-webhook", "ms-teams-webhook",
    "opsgenie-webhook", "pager-duty-webhook", "sendgrid-email", "slack-webhook", "twilio-sms",
  ]

  /// What a block's use to notify asks for, one after the other.
  public static func notify(
    _ text: NotificationText, by type: String, _ data: JSON
  ) throws(InvalidValue) -> [OutgoingRequest] {
    let block = BlockFields(type: type, data: data)
    switch type {
    case "slack-webhook": return [try slack(text, block)]
    case "ms-teams-webhook": return [try teams(text, block)]
    case "discord-webhook": return [try discord(text, block)]
    case "mattermost-webhook": return try mattermost(text, block)
    case "pager-duty-webhook": return [try pagerDuty(text, block)]
    case "opsgenie-webhook": return [try opsgenie(text, block)]
    case "twilio-sms": return try twilio(text, block)
    case "sendgrid-email": return [try sendgrid(text, block)]
    case "custom-webhook": return [try custom(text, block)]
    default:
      throw InvalidValue(
        "block_document_id",
        "is a block of the type \(type), by which nothing can be told: \(types.joined(separator: ", "))"
          + " can")
    }
  }

  /// What a webhook's block asks for.
  public static func webhook(
    _ payload: String, by type: String, _ data: JSON, id: String
  ) throws(InvalidValue) -> OutgoingRequest {
    guard type == "webhook" else {
      throw InvalidValue("block_document_id", "is a block of the type \(type), which is no webhook")
    }
    let block = BlockFields(type: type, data: data)
    var request = OutgoingRequest(to: try block.address("url"))
    request.method = try method(block)
    for (name, value) in try block.pairs("headers") {
      try request.add(name, value, "the webhook block's headers")
    }
    if !request.fields.contains(where: { $0.name == "idempotency-key" }) {
      try request.add("idempotency-key", id, "id")
    }
    request.verifies = block.flag("verify", default: true)
    request.allowsPrivate = block.flag("allow_private_urls", default: true)
    if !payload.isEmpty {
      request.body = payload
      let isJSON = (try? JSON(parsing: payload)) != nil
      request.carry(type: isJSON ? "application/json" : "text/plain; charset=utf-8")
    }
    return request
  }

  /// A block's method.
  static func method(_ block: BlockFields) throws(InvalidValue) -> String {
    let method = try block.text("method") ?? "POST"
    guard OutgoingRequest.methods.contains(method) else {
      throw block.fault(
        "method", "must be one of \(OutgoingRequest.methods.joined(separator: ", "))")
    }
    return method
  }

  /// A request for JSON that goes to an address.
  static func post(_ json: JSON, _ address: WebAddress, _ block: BlockFields) -> OutgoingRequest {
    var request = OutgoingRequest(to: address)
    request.allowsPrivate = block.flag("allow_private_urls", default: true)
    request.carry(json)
    return request
  }
}
