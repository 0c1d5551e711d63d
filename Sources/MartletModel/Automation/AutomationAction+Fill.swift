// Decides which texts of actions are templates: the parameters of deployments, wherever they stand in them, messages, and what
// others are told; and which variables the last may name.

extension AutomationAction {
  /// The action with values in the places of its templates.
  public func filled(with values: JSON) throws(TemplateFault) -> AutomationAction {
    switch self {
    case .runDeployment(let target, let parameters, let jobVariables, let delay):
      return .runDeployment(
        target, parameters: try Self.fill(parameters, values), jobVariables: jobVariables,
        delay: delay)
    case .changeState(let type, let name, let message, let force):
      return .changeState(
        type: type, name: name, message: try Self.text(message, values), force: force)
    case .sendNotification(let block, let subject, let body):
      return .sendNotification(
        block: block, subject: try Self.text(subject, values), body: try Self.text(body, values))
    case .callWebhook(let block, let payload):
      return .callWebhook(block: block, payload: try Self.text(payload, values))
    default: return self
    }
  }

  /// The variables that the texts of an action name.
  public static func variables(of json: JSON) -> Set<String> {
    switch json {
    case .string(let text):
      guard Template.isTemplate(text.text) else { return [] }
      return (try? Template(text.text))?.variables ?? []
    case .array(let items): return items.reduce(into: []) { $0.formUnion(variables(of: $1)) }
    case .object(let members):
      if json["__prefect_kind"] == .string("workspace_variable") {
        return [FiringValues.variables]
      }
      return members.pairs.reduce(into: []) { $0.formUnion(variables(of: $1.value)) }
    default: return []
    }
  }

  /// An action as it is written, with values in the places of its templates.
  public static func filled(_ json: JSON, with values: JSON) throws(TemplateFault) -> JSON {
    guard case .object(var members) = json else { return json }
    for name in ["parameters", "message", "subject", "body", "payload"] {
      guard let value = json[name] else { continue }
      members.set(JSONText(name), to: try fill(value, values))
    }
    return .object(members)
  }

  /// A template of what others are told: nobody would see there what an unknown name leaves out.
  static func template(
    _ json: JSON, _ name: String, _ field: String
  ) throws(InvalidValue) -> String? {
    let text: String
    switch json[name] {
    case nil, .null?: return nil
    case .string(let given)?: text = given.text
    // Of old pages, which sent objects.
    case let value?: text = value.description
    }
    let names: Set<String>
    do throws(TemplateFault) { names = try Template(text).variables } catch {
      throw InvalidValue("\(field).\(name)", "has a template that \(error.problem)")
    }
    if let unknown = names.subtracting(FiringValues.names).sorted().first {
      throw InvalidValue(
        "\(field).\(name)",
        "has a template that names \(unknown): \(FiringValues.names.sorted().joined(separator: ", ")) are known"
      )
    }
    return text
  }

  /// Refuses templates that are none.
  func checkTemplates(_ field: String) throws(InvalidValue) {
    do throws(TemplateFault) { _ = try filled(with: .null) } catch {
      throw InvalidValue(field, "has a template that \(error.problem)")
    }
  }

  private static func text(_ text: String, _ values: JSON) throws(TemplateFault) -> String {
    Template.isTemplate(text) ? try Template(text).render(values) : text
  }

  /// Fills all texts of a value. Prefect's clients mark templates, and JSON in a text, with an object of their own.
  private static func fill(_ json: JSON, _ values: JSON) throws(TemplateFault) -> JSON {
    switch json {
    case .string(let text): return .text(try Self.text(text.text, values))
    case .array(let items):
      var filled: [JSON] = []
      for item in items { filled.append(try fill(item, values)) }
      return .array(filled)
    case .object(let members):
      switch json["__prefect_kind"] {
      case .string("jinja")?:
        guard case .string(let template)? = json["template"] else { return .null }
        return .text(try Template(template.text).render(values))
      case .string("json")?:
        guard let value = json["value"], case .string(let text) = try fill(value, values) else {
          return .null
        }
        // As a text where it is none.
        return (try? JSON(parsing: text.text)) ?? .string(text)
      case .string("workspace_variable")?:
        guard case .string(let name)? = json["variable_name"] else { return .null }
        return values[FiringValues.variables]?[name.text] ?? .null
      default: break
      }
      var filled = JSONMembers()
      for (name, value) in members.pairs {
        filled.set(JSONText(name), to: try fill(value, values))
      }
      return .object(filled)
    default: return json
    }
  }
}
