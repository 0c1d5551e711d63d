// Decides what each type of block asks of whom, and that no secret of a block is told when it cannot be used.

import Testing

@testable import MartletModel

@Suite struct NotificationRequestsTests {
  private let text = NotificationText(subject: "S <1>", body: "B & \"b\"", id: "i")

  private func requests(_ type: String, _ data: String) throws -> [OutgoingRequest] {
    try NotificationRequests.notify(text, by: type, try JSON(parsing: data))
  }

  private func only(_ type: String, _ data: String) throws -> (OutgoingRequest, JSON) {
    let made = try requests(type, data)
    try #require(made.count == 1)
    return (made[0], try JSON(parsing: made[0].body))
  }

  private func field(_ name: String, _ request: OutgoingRequest) -> String? {
    request.fields.first { $0.name == name }?.value
  }

  @Test func chatsAreTold() throws {
    let (slack, said) = try only(
      "slack-webhook", #"{"url": "https://hooks.slack.com/services/T/B/x"}"#)
    #expect(slack.address.target == "/services/T/B/x" && slack.allowsPrivate)
    #expect(said == (try JSON(parsing: #"{"text":"*S &lt;1&gt;*\nB &amp; \"b\""}"#)))
    #expect(field("content-type", slack) == "application/json")
    let (discord, content) = try only(
      "discord-webhook", #"{"webhook_id": "1/2", "webhook_token": "t", "botname": null}"#)
    #expect(discord.address.host == "discord.com")
    #expect(discord.address.target == "/api/webhooks/1%2F2/t")
    #expect(content["content"] == .text("**S <1>**\nB & \"b\"") && content["username"] == nil)
    let (teams, card) = try only(
      "ms-teams-webhook", #"{"url": "https://x.logic.azure.com:443/w?sig=1", "wrap": false}"#)
    #expect(teams.address.target == "/w?sig=1" && card["type"] == .text("message"))
    #expect(card.description.contains(#"{"type":"TextBlock","text":"B & \"b\"","wrap":false}"#))
    let mattermost = try requests(
      "mattermost-webhook",
      #"{"hostname": "m.example.com", "token": "t", "channels": ["a", "b"], "path": "/sub/"}"#)
    #expect(mattermost.map(\.address.target) == ["/sub/hooks/t", "/sub/hooks/t"])
    #expect(mattermost[1].address.port == 8065 && !mattermost[1].address.isSecure)
    #expect(try JSON(parsing: mattermost[1].body)["channel"] == .text("b"))
  }

  @Test func thoseOnCallAreToldOnce() throws {
    let (pager, event) = try only(
      "pager-duty-webhook",
      #"{"integration_key": "k", "api_key": "a", "notify_type": "failure", "region_name": "eu"}"#)
    #expect(pager.address.host == "events.eu.pagerduty.com")
    #expect(event["dedup_key"] == .text("i") && event["routing_key"] == .text("k"))
    #expect(event["payload"]?["severity"] == .text("critical"))
    #expect(event["payload"]?["custom_details"]?["body"] == .text("B & \"b\""))
    let (opsgenie, alert) = try only(
      "opsgenie-webhook", #"{"apikey": "k", "target_team": ["t"], "priority": 1, "tags": ["x"]}"#)
    #expect(field("authorization", opsgenie) == "GenieKey k")
    #expect(alert["alias"] == .text("i") && alert["priority"] == .text("P1"))
    #expect(alert["responders"]?.description == #"[{"type":"team","name":"t"}]"#)
    let (mail, letter) = try only(
      "sendgrid-email", #"{"api_key": "k", "sender_email": "a@b", "to_emails": ["c@d", "e@f"]}"#)
    #expect(mail.address.host == "api.sendgrid.com" && field("authorization", mail) == "Bearer k")
    #expect(letter["personalizations"]?.description.contains("e@f") == true)
    let messages = try requests(
      "twilio-sms",
      #"{"account_sid": "s", "auth_token": "t", "from_phone_number": "+1", "to_phone_numbers": ["+2", "+3"]}"#
    )
    #expect(messages.map(\.body.utf8.first) == [UInt8(ascii: "F"), UInt8(ascii: "F")])
    #expect(messages[1].body == "From=%2B1&To=%2B3&Body=S%20%3C1%3E%0AB%20%26%20%22b%22")
    #expect(messages[0].address.credentials == "s:t")
  }

  @Test func aCustomWebhookIsFilledOnce() throws {
    let data = """
      {"name": "n", "url": "https://x.example.com/{{name}}", "method": "PUT", "params": {"q": "{{ body }}"},
       "json_data": {"a": ["{{subject}} {{ token }}"], "{{name}}": 1}, "headers": {"X-T": "{{token}}"},
       "cookies": {"c": "1", "d": "2"}, "secrets": {"token": "{{body}}"}, "timeout": 2, "allow_private_urls": false}
      """
    let (request, body) = try only("custom-webhook", data)
    #expect(request.method == "PUT" && request.patience == .seconds(2) && !request.allowsPrivate)
    #expect(request.address.target == "/n?q=B%20%26%20%22b%22")
    #expect(body == (try JSON(parsing: #"{"a":["S <1> {{body}}"],"n":1}"#)))
    #expect(field("x-t", request) == "{{body}}" && field("cookie", request) == "c=1; d=2")
    let form = try requests(
      "custom-webhook", #"{"name": "n", "url": "https://x", "form_data": {"t": "{{subject}}"}}"#)
    #expect(form[0].body == "t=S%20%3C1%3E")
    let raw = try requests(
      "custom-webhook", #"{"name": "n", "url": "https://x", "form_data": "<{{body}}>"}"#)
    #expect(raw[0].body == "<B & \"b\">")
  }

  @Test(arguments: [
    ("slack-webhook", "{}"), ("slack-webhook", #"{"url": "secret"}"#),
    ("slack-webhook", #"{"url": 1}"#), ("webhook", #"{"url": "https://secret"}"#),
    ("twilio-sms", #"{"account_sid": "secret"}"#),
    ("custom-webhook", #"{"name": "n", "url": "https://{{secret}}.x"}"#),
    ("custom-webhook", #"{"url": "https://x", "headers": {"a\r\nb": "secret"}}"#),
    ("custom-webhook", #"{"url": "https://x", "headers": {"Host": "secret"}}"#),
    ("custom-webhook", #"{"url": "https://x", "headers": {"a": "secret\nb"}}"#),
    ("custom-webhook", #"{"url": "https://x", "method": "secret"}"#),
    ("custom-webhook", #"{"url": "https://x", "form_data": "a", "json_data": {"secret": 1}}"#),
    ("secret", #"{"value": "https://x"}"#),
  ]) func whatCannotBeAskedIsRefused(_ type: String, _ data: String) throws {
    let error = #expect(throws: InvalidValue.self) { try requests(type, data) }
    // The names of places and of types are no secrets.
    let told = error?.problem.replacing("a place for secret", with: "")
      .replacing("type secret", with: "").replacing("names of secrets", with: "")
    #expect(told?.contains("secret") == false)
  }

  @Test func aWebhookIsCalledAsItsBlockSays() throws {
    let data = try JSON(
      parsing: #"{"url": "https://x/y", "method": "PATCH", "headers": {"A": "b"}, "verify": false}"#
    )
    let request = try NotificationRequests.webhook(
      #"{"a": 1}"#, by: "webhook", data, id: "i")
    #expect(request.method == "PATCH" && !request.verifies && request.body == #"{"a": 1}"#)
    #expect(field("a", request) == "b" && field("idempotency-key", request) == "i")
    #expect(field("content-type", request) == "application/json")
    let plain = try NotificationRequests.webhook("x", by: "webhook", data, id: "i")
    #expect(field("content-type", plain) == "text/plain; charset=utf-8")
    #expect(throws: InvalidValue.self) {
      try NotificationRequests.webhook("x", by: "slack-webhook", data, id: "i")
    }
  }

  @Test func answersAreToldWithoutWhatIsSecret() throws {
    let answer = OutgoingAnswer(
      status: 200,
      fields: [("Set-Cookie", "s"), ("X-Api-Key", "s"), ("Content-Type", "text/plain")],
      body: String(repeating: "x\0", count: 2000))
    let told = JSON.object(answer.told)
    #expect(told["response_headers"]?.description == #"{"content-type":"text/plain"}"#)
    #expect(told["response_body"] == .text(String(repeating: "x", count: 500)))
    let meanings = [200, 204, 301, 404, 408, 429, 500, 503].map {
      OutgoingAnswer(status: $0, fields: [], body: "").meaning
    }
    #expect(
      meanings == [.done, .done, .refused, .refused, .later, .later, .later, .later])
  }
}
