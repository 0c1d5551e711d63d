// Decides how chats are told: Slack, Microsoft Teams, Discord, Mattermost.

extension NotificationRequests {
  /// The text as Slack wants it: three characters would be taken for links and mentions.
  static func slack(
    _ text: NotificationText, _ block: BlockFields
  ) throws(InvalidValue) -> OutgoingRequest {
    var escaped = ""
    for character in text.marked(by: "*") {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      default: escaped.append(character)
      }
    }
    return post(.object([("text", .text(escaped))]), try block.address("url"), block)
  }

  /// A card, as the workflows of Power Automate take it.
  static func teams(
    _ text: NotificationText, _ block: BlockFields
  ) throws(InvalidValue) -> OutgoingRequest {
    let wraps = JSON.bool(block.flag("wrap", default: true))
    var parts = [
      JSON.object([("type", .text("TextBlock")), ("text", .text(text.body)), ("wrap", wraps)])
    ]
    if !text.subject.isEmpty {
      let title = JSON.object([
        ("type", .text("TextBlock")), ("text", .text(text.subject)), ("weight", .text("Bolder")),
        ("size", .text("Medium")), ("wrap", wraps),
      ])
      parts.insert(title, at: 0)
    }
    let card = JSON.object([
      ("$schema", .text("http://adaptivecards.io/schemas/adaptive-card.json")),
      ("type", .text("AdaptiveCard")), ("version", .text("1.4")), ("body", .array(parts)),
    ])
    let attachment = JSON.object([
      ("contentType", .text("application/vnd.microsoft.card.adaptive")), ("contentUrl", .null),
      ("content", card),
    ])
    return post(
      .object([("type", .text("message")), ("attachments", .array([attachment]))]),
      try block.address("url"), block)
  }

  /// At most 2,000 characters, that mention nobody.
  static func discord(
    _ text: NotificationText, _ block: BlockFields
  ) throws(InvalidValue) -> OutgoingRequest {
    let path = [try block.required("webhook_id"), try block.required("webhook_token")]
      .map(Percent.encoded).joined(separator: "/")
    let name = try block.text("botname")
    let picture = try block.text("avatar_url")
    return post(
      .object([
        ("content", .text(String(text.marked(by: "**").prefix(2000)))),
        ("username", name.map { .text($0) }), ("avatar_url", picture.map { .text($0) }),
        ("tts", .bool(block.flag("tts", default: false))),
        ("allowed_mentions", .object([("parse", .array([]))])),
      ]), try WebAddress("https://discord.com/api/webhooks/\(path)", "webhook_id"), block)
  }

  /// A message to each channel, or to the webhook's own.
  static func mattermost(
    _ text: NotificationText, _ block: BlockFields
  ) throws(InvalidValue) -> [OutgoingRequest] {
    let scheme = block.flag("secure", default: false) ? "https" : "http"
    var path = try block.text("path") ?? ""
    while path.last == "/" { path.removeLast() }
    if !path.isEmpty, path.first != "/" { path = "/" + path }
    let address = try WebAddress(
      "\(scheme)://\(try block.required("hostname")):\(try block.number("port") ?? 8065)\(path)/hooks/"
        + Percent.encoded(try block.required("token")), "the mattermost-webhook block's hostname")
    let name = try block.text("botname")
    let channels = try block.texts("channels")
    return (channels.isEmpty ? [nil] : channels.map(Optional.some)).map { channel in
      post(
        .object([
          ("text", .text(text.marked(by: "**"))), ("username", name.map { .text($0) }),
          ("channel", channel.map { .text($0) }),
        ]), address, block)
    }
  }
}
