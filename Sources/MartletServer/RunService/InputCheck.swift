// Decides which inputs may resume a pause.

internal import MartletModel

/// The check of what a pause was given against what it asked for.
enum InputCheck {
  /// Checks an input.
  ///
  /// - Parameters:
  ///   - input: JSON text; nil for none.
  ///   - schema: The pause's JSON schema as text; nil or empty when it asks for nothing, and takes anything.
  /// - Throws: `InvalidValue`, which names the place in the input and what to do.
  static func check(_ input: String?, against schema: String?) throws(InvalidValue) {
    guard let schema, !schema.isEmpty else { return }
    guard let input else {
      throw InvalidValue("input", "is required: the pause asks for it by a schema, see GetRun")
    }
    let judge = try compile(schema, "input")
    let value = try parse(input, "input")
    let report: SchemaReport
    do throws(SchemaError) {
      report = try judge.judge(value)
    } catch {
      throw InvalidValue("input", "cannot be judged: \(error)")
    }
    guard let first = report.violations.first else { return }
    throw InvalidValue("input\(first.pointer)", first.problem)
  }

  /// Checks that a schema can be judged by, before anybody waits for an input that fits it.
  static func check(schema: String, _ field: String) throws(InvalidValue) {
    _ = try compile(schema, field)
  }

  private static func compile(_ schema: String, _ field: String) throws(InvalidValue) -> Schema {
    let document = try parse(schema, field)
    do throws(SchemaError) {
      return try Schema(document)
    } catch {
      throw InvalidValue(field, "is no schema that can be used: \(error)")
    }
  }

  private static func parse(_ text: String, _ field: String) throws(InvalidValue) -> JSON {
    do throws(JSONFault) {
      return try JSON(parsing: text)
    } catch {
      throw InvalidValue(field, "is no JSON: \(error)")
    }
  }
}
