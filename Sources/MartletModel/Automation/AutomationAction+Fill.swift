// Decides which texts of actions are templates: the parameters of deployments, wherever they stand in them, and messages.

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
    default: return self
    }
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
