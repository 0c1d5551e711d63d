// Decides how those on call are told, and by mail and text message: PagerDuty, Opsgenie, SendGrid, Twilio.

extension NotificationRequests {
  /// An event whose key is the same at every attempt: told twice, it is one incident.
  static func pagerDuty(
    _ text: NotificationText, _ block: BlockFields
  ) throws(InvalidValue) -> OutgoingRequest {
    let severities = ["warning": "warning", "failure": "critical"]
    var details = JSONMembers()
    for (name, value) in try block.pairs("custom_details") {
      details.set(JSONText(name), to: .text(value))
    }
    details.set("body", to: .text(text.body))
    let group = try block.text("group")
    let kind = try block.text("class_id")
    let payload = JSON.object([
      ("summary", .text(String((text.subject.isEmpty ? text.body : text.subject).prefix(1024)))),
      ("severity", .text(severities[try block.text("notify_type") ?? ""] ?? "info")),
      ("source", .text(try block.text("source") ?? "Prefect")),
      ("component", .text(try block.text("component") ?? "Notification")),
      ("group", group.map { .text($0) }), ("class", kind.map { .text($0) }),
      ("custom_details", .object(details)),
    ])
    let link = try block.text("clickable_url")
    let region = try block.text("region_name") == "eu" ? "eu." : ""
    return post(
      .object([
        ("routing_key", .text(try block.required("integration_key"))),
        ("event_action", .text("trigger")), ("dedup_key", .text(text.id)), ("payload", payload),
        ("links", link.map { .array([.object([("href", .text($0))])]) }),
      ]), try WebAddress("https://events.\(region)pagerduty.com/v2/enqueue", "region_name"), block)
  }

  /// An alert whose alias is the same at every attempt.
  static func opsgenie(
    _ text: NotificationText, _ block: BlockFields
  ) throws(InvalidValue) -> OutgoingRequest {
    var responders: [JSON] = []
    for (list, type, key) in [
      ("target_user", "user", "username"), ("target_team", "team", "name"),
      ("target_schedule", "schedule", "name"), ("target_escalation", "escalation", "name"),
    ] {
      responders += try block.texts(list).map { name in
        .object([("type", .text(type)), (key, .text(name))])
      }
    }
    let subject = text.subject.isEmpty ? text.body : text.subject
    let tags = try block.texts("tags")
    let details = try block.pairs("details").map { ($0, JSON.text($1)) as (String, JSON?) }
    let entity = try block.text("entity")
    let region = try block.text("region_name") == "eu" ? "eu." : ""
    var request = post(
      .object([
        ("message", .text(String(subject.prefix(130)))),
        ("description", .text(String(text.body.prefix(15_000)))),
        ("alias", .text(try block.text("alias") ?? text.id)),
        ("priority", .text("P\(try block.number("priority") ?? 3)")), ("source", .text("Prefect")),
        ("responders", responders.isEmpty ? nil : .array(responders)),
        ("tags", tags.isEmpty ? nil : .texts(tags)),
        ("details", details.isEmpty ? nil : .object(details)),
        ("entity", entity.map { .text($0) }),
      ]), try WebAddress("https://api.\(region)opsgenie.com/v2/alerts", "region_name"), block)
    try request.add(
      "authorization", "GenieKey \(try block.required("apikey"))",
      "the opsgenie-webhook block's apikey")
    return request
  }

  /// One mail for all who get it.
  static func sendgrid(
    _ text: NotificationText, _ block: BlockFields
  ) throws(InvalidValue) -> OutgoingRequest {
    let receivers = try block.texts("to_emails")
    guard !receivers.isEmpty else { throw block.fault("to_emails", "is required") }
    let to = JSON.array(receivers.map { .object([("email", .text($0))]) })
    var request = post(
      .object([
        ("personalizations", .array([.object([("to", to)])])),
        ("from", .object([("email", .text(try block.required("sender_email")))])),
        ("subject", .text(text.subject.isEmpty ? "Notification" : text.subject)),
        (
          "content",
          .array([.object([("type", .text("text/plain")), ("value", .text(text.body))])])
        ),
      ]), try WebAddress("https://api.sendgrid.com/v3/mail/send", "to_emails"), block)
    try request.add(
      "authorization", "Bearer \(try block.required("api_key"))",
      "the sendgrid-email block's api_key")
    return request
  }

  /// A message to each number.
  static func twilio(
    _ text: NotificationText, _ block: BlockFields
  ) throws(InvalidValue) -> [OutgoingRequest] {
    let account = try block.required("account_sid")
    var address = try WebAddress(
      "https://api.twilio.com/2010-04-01/Accounts/\(Percent.encoded(account))/Messages.json",
      "the twilio-sms block's account_sid")
    address.credentials = "\(account):\(try block.required("auth_token"))"
    let sender = try block.required("from_phone_number")
    let receivers = try block.texts("to_phone_numbers")
    guard !receivers.isEmpty else { throw block.fault("to_phone_numbers", "is required") }
    return receivers.map { receiver in
      var request = OutgoingRequest(to: address)
      request.body = Percent.form([
        ("From", sender), ("To", receiver), ("Body", String(text.marked(by: "").prefix(1600))),
      ])
      request.carry(type: "application/x-www-form-urlencoded")
      return request
    }
  }
}
