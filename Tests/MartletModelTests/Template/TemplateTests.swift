// Decides that templates say what Jinja says of them, that what is missing is empty, and that nothing runs away.

import Testing

@testable import MartletModel

@Suite struct TemplateTests {
  private func values() throws -> JSON {
    try JSON(
      parsing: """
        {"flow_run": {"name": "wise-owl", "state": {"name": "Failed"}}, "n": 3, "yes": true, "no": false, "nil": null,
         "tags": ["a", "b"], "event": {"resource": {"prefect.resource.id": "x.1", "id": "x"}}, "empty": "", "zero": 0}
        """)
  }

  @Test(arguments: [
    ("plain", "plain"), ("{{ flow_run.name }}!", "wise-owl!"),
    ("{{flow_run['state'].name}}", "Failed"),
    ("{{ event.resource['prefect.resource.id'] }}", "x.1"),
    ("{{ tags[0] }}{{ tags[1] }}{{ tags[2] }}", "ab"),
    ("{{ nobody }}|{{ nobody.at.all }}|{{ tags.x }}", "||"), ("{{ nobody | default('d') }}", "d"),
    ("{{ empty | default('d') }}{{ empty | default('d', true) }}", "d"),
    ("{{ flow_run.name | upper | lower | length }}", "8"), ("{{ tags | join(', ') }}", "a, b"),
    ("{{ tags | tojson }}{{ flow_run.name | tojson }}", #"["a","b"]"wise-owl""#),
    ("{{ n }}{{ yes }}{{ nil }}", "3TrueNone"), ("{{ \"a'b\" }}{{ 'a\\'b' }}", "a'ba'b"),
    ("{% if n == 3 and not no %}y{% else %}n{% endif %}", "y"),
    ("{% if no %}1{% elif zero %}2{% elif n != 3 or yes %}3{% else %}4{% endif %}", "3"),
    ("{% for tag in tags %}<{{ tag }}>{% endfor %}{{ tag }}", "<a><b>"),
    ("{% for tag in nobody %}x{% else %}none{% endfor %}", "none"),
    ("a {#- c -#} b", "ab"), ("a  {{- n -}}  b", "a3b"), ("line\n", "line"),
    ("{ {% if yes %}%{% endif %} }", "{ % }"),
  ]) func says(_ template: String, _ text: String) throws {
    #expect(try Template(template).render(try values()) == text)
  }

  @Test(arguments: [
    "{{ a", "{{ }}", "{{ a b }}", "{{ a | nope }}", "{{ a.b( }}", "{{ f() }}", "{{ 'a }}",
    "{% if a %}", "{% endif %}",
    "{% for a %}{% endfor %}", "{% if a %}{% endfor %}", "{% set a = 1 %}", "{# a", "{{ a + b }}",
    "{{ tags | join(1, 2) }}",
    "{{ 1.2.3 }}", "{% else %}",
  ]) func whatIsNoTemplateIsRefused(_ template: String) {
    #expect(throws: TemplateFault.self) { try Template(template) }
  }

  @Test func nothingRunsAway() throws {
    let many = JSON.object([("a", .array(Array(repeating: .text("0123456789"), count: 1000)))])
    let loops =
      "{% for x in a %}{% for y in a %}{% for z in a %}{% endfor %}{% endfor %}{% endfor %}"
    #expect(throws: TemplateFault.self) { try Template(loops).render(many) }
    let long = "{% for x in a %}{{ a | join('') }}{% endfor %}"
    #expect(throws: TemplateFault.self) { try Template(long).render(many) }
    let deep = String(repeating: "(", count: 400)
    #expect(throws: TemplateFault.self) { try Template("{{ \(deep)") }
    let nots = String(repeating: "not ", count: 400)
    #expect(try Template("{{ \(nots)a }}").render(many) == "True")
    let nested = String(repeating: "{% if a %}", count: 5000)
    #expect(throws: TemplateFault.self) { try Template(nested) }
    let elifs = "{% if b %}" + String(repeating: "{% elif b %}", count: 3000) + "{% endif %}"
    #expect(throws: TemplateFault.self) { try Template(elifs) }
  }

  @Test func parametersAndMessagesAreFilled() throws {
    let text = """
      {"type": "run-deployment", "source": "inferred", "parameters": {"plain": "x", "n": 1, "list": ["{{ n }}"],
       "t": {"__prefect_kind": "jinja", "template": "{{ flow_run.name }}"},
       "j": {"__prefect_kind": "json", "value": {"__prefect_kind": "jinja", "template": "{{ tags | tojson }}"}}}}
      """
    let action = try AutomationAction(try JSON(parsing: text), "action")
    guard case .runDeployment(_, let filled, _, _) = try action.filled(with: try values()) else {
      Issue.record("it is another action")
      return
    }
    #expect(
      filled
        == (try JSON(parsing: #"{"plain":"x","n":1,"list":["3"],"t":"wise-owl","j":["a","b"]}"#)))
    let error = #expect(throws: InvalidValue.self) {
      try AutomationAction(
        try JSON(
          parsing: #"{"type":"run-deployment","source":"inferred","parameters":{"a":"{{"}}"#),
        "action")
    }
    #expect(error?.field == "action.parameters")
  }

  @Test func anEventSaysWhatItHasToDoWith() throws {
    let event = TriggerEvent(
      id: "e", names: ["martlet.flow-run.Failed", "prefect.flow-run.Failed"], time: .epoch,
      resource: [
        "id": "martlet.flow-run.7", "name": "wise-owl", "state.type": "FAILED", "definition": "f",
      ],
      related: [["id": "martlet.deployment.8", "name": "d"], ["id": "martlet.flow.9"]])
    let values = FiringValues.values(
      automation: ("1", "a", "about"), firing: .object([("labels", .object([("id", .text("l"))]))]),
      id: "2",
      event: event)
    let template =
      "{{ automation.name }} {{ labels.id }} {{ event.event }} {{ event.resource.id }} "
      + "{{ flow_run.id }} {{ flow_run.name }} {{ flow_run.state.type }} {{ deployment.name }} {{ flow.name }} {{ work_pool.name }}"
    #expect(
      try Template(template).render(values)
        == "a l prefect.flow-run.Failed martlet.flow-run.7 7 wise-owl FAILED d f ")
  }

  @Test func whatOthersAreToldNamesOnlyWhatIsKnown() throws {
    func action(_ body: String) throws -> AutomationAction {
      try AutomationAction(
        .object([
          ("type", .text("send-notification")),
          ("block_document_id", .text("0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90")),
          ("body", .text(body)),
        ]), "action")
    }
    // As Prefect's pages make them.
    let standard = """
      Flow run {{ flow.name }}/{{ flow_run.name }} observed in state `{{ flow_run.state.name }}` at {{ flow_run.state.timestamp }}.
      Flow ID: {{ flow_run.flow_id }}
      Flow run URL: {{ flow_run|ui_url }}
      {% for related in event.related %}{{ related.role }} {% endfor %}{{ event.resource|tojson|upper|lower|default('x') }}
      """
    guard case .sendNotification(_, let subject, _) = try action(standard) else {
      Issue.record("it is another action")
      return
    }
    #expect(subject == "Prefect automated notification")
    for (body, problem) in [
      ("{{ secrets.key }}", "names secrets"), ("{{ event.id | b64encode }}", "filter b64encode"),
      ("{{ event", "lacks"), ("{{ event.id.upper() }}", "does not end"),
      ("{% for x in labels %}{% endfor %}{{ x }}", "names x"),
      ("{{ labels | default(secrets.v) }}", "names secrets"),
    ] {
      let error = #expect(throws: InvalidValue.self) { try action(body) }
      #expect(error?.field == "action.body" && error?.problem.contains(problem) == true)
    }
    #expect(throws: InvalidValue.self) {
      try AutomationAction(.object([("type", .text("call-webhook"))]), "action")
    }
  }

  @Test func partsAndVariablesAreSeen() throws {
    let part = PartFiring(position: 1, time: Instant(microseconds: 0), eventID: "e")
    let firing = JSON.object([("count", .integer(1)), ("parts", .array([part.json]))])
    let values = FiringValues.values(
      automation: ("a", "n", ""), firing: firing, id: "f", event: nil,
      facts: [FiringValues.variables: .object([("k", .integer(7))])])
    let text = "{{ firings | length }} {{ events | tojson }} {{ variables.k }}"
    #expect(
      try Template(text).render(values)
        == #"2 [{"id":"e","occurred":"1970-01-01T00:00:00Z"}] 7"#)
    let placeholder = JSON.object([
      ("__prefect_kind", .text("workspace_variable")), ("variable_name", .text("k")),
    ])
    let action = JSON.object([("parameters", .object([("p", placeholder)]))])
    #expect(AutomationAction.variables(of: action) == [FiringValues.variables])
    #expect(try AutomationAction.filled(action, with: values)["parameters"]?["p"] == .integer(7))
  }

  @Test func linksLeadToThePages() throws {
    let event = TriggerEvent(
      id: "e", names: ["martlet.flow-run.Failed"], time: .epoch,
      resource: ["id": "martlet.flow-run.7", "name": "wise-owl", "state.type": "FAILED"],
      related: [["id": "martlet.work-pool.8", "name": "a b"], ["id": "martlet.flow.9"]])
    func said(_ pages: String?) throws -> String {
      let values = FiringValues.values(
        automation: ("1", "a", ""), firing: .object([]), id: "2", event: event, pages: pages)
      return try Template(
        "{{ flow_run | ui_url }} {{ work_pool|ui_url }} {{ automation | ui_resource_events_url }} "
          + "{{ deployment|ui_url }}{{ flow_run.flow_id }} {{ flow_run.state.timestamp }}"
      ).render(values)
    }
    #expect(
      try said("https://h/p")
        == "https://h/p/runs/flow-run/7 https://h/p/work-pools/work-pool/a%20b "
        + "https://h/p/events?resource=prefect.automation.1 9 1970-01-01T00:00:00Z")
    #expect(try said(nil) == "   9 1970-01-01T00:00:00Z")
  }
}
