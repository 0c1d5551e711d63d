// Decides whether values of a form meet a schema, and where what is wrong with them is shown.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  /// Judges values by a schema, as the pages do while somebody fills in a form.
  func validateValues(_ request: PrefectRequest) async throws -> PrefectResponse {
    let schema: MartletModel.Schema
    do throws(SchemaError) {
      schema = try MartletModel.Schema(Self.withNulls(request.body["schema"] ?? .null))
    } catch {
      throw PrefectFailure(422, "Invalid schema: \(error)")
    }
    var faults = FormFaults()
    let values = try await hydrated(
      request.body["values"] ?? .object([]), at: [], &faults, request.context)
    do throws(SchemaError) {
      for violation in try schema.judge(values).violations { faults.add(violation) }
    } catch {
      throw PrefectFailure(422, "Invalid schema: \(error)")
    }
    return PrefectResponse(body: faults.json)
  }

  /// The schema as Prefect means it: what need not be given and has no default may be null.
  private static func withNulls(_ schema: JSON) -> JSON {
    guard case .object(var members) = schema else { return schema }
    if case .object(var properties)? = members["properties"] {
      let required = members["required"] ?? .array([])
      for (name, property) in properties.pairs {
        var property = withNulls(property)
        if case .object(var own) = property, let type = own["type"], type != .text("null"),
          own["default"] == nil, !required.elements.contains(.text(name))
        {
          own.set(
            "type", to: .array(type.elements + (type.text == nil ? [] : [type]) + [.text("null")]))
          property = .object(own)
        }
        properties.set(JSONText(name), to: property)
      }
      members.set("properties", to: .object(properties))
    }
    if case .object(var definitions)? = members["definitions"] {
      for (name, definition) in definitions.pairs {
        definitions.set(JSONText(name), to: withNulls(definition))
      }
      members.set("definitions", to: .object(definitions))
    }
    return .object(members)
  }

  /// The values that a form stands for: texts of JSON read, variables looked up.
  private func hydrated(
    _ value: JSON, at place: [String], _ faults: inout FormFaults, _ context: CallContext
  ) async throws -> JSON {
    switch value {
    case .array(let elements):
      var hydrated: [JSON] = []
      for (index, element) in elements.enumerated() {
        hydrated.append(
          try await self.hydrated(element, at: place + ["\(index)"], &faults, context))
      }
      return .array(hydrated)
    case .object(let members):
      guard let kind = members["__prefect_kind"]?.text else {
        var hydrated = JSONMembers()
        for (name, value) in members.pairs {
          hydrated.set(
            JSONText(name), to: try await self.hydrated(value, at: place + [name], &faults, context)
          )
        }
        return .object(hydrated)
      }
      let inner = members["value"] ?? .null
      switch kind {
      case "json":
        if let text = inner.text {
          do throws(JSONFault) { return try JSON(parsing: text) } catch {
            faults.add("Invalid JSON: \(error.problem)", at: place)
          }
        }
        faults.ignore(place)
        return .null
      case "workspace_variable":
        let name = members["variable_name"]?.text ?? ""
        do {
          let found = try await services.variables.getVariable(
            GetVariableRequest(name: name), context: context)
          return found.variable?.value?.plain ?? .null
        } catch let status as Status where status.code == .notFound {
          faults.add("Variable '\(name)' not found in workspace.", at: place)
          faults.ignore(place)
          return .null
        }
      case "jinja":
        // What becomes of it is known when a run begins.
        faults.ignore(place)
        return .null
      default: return try await hydrated(inner, at: place, &faults, context)
      }
    default: return value
    }
  }
}

extension JSON {
  /// The elements of a list; of anything else none.
  var elements: [JSON] { if case .array(let elements) = self { elements } else { [] } }
}
