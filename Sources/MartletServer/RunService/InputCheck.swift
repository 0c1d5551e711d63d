// Decides which inputs may resume a pause.

internal import MartletModel

/// The check of what a pause was given against what it asked for.
enum InputCheck {
  /// Checks an input.
  ///
  /// - Parameters:
  ///   - input: JSON text; nil for none.
  ///   - schema: The pause's JSON schema as text; nil or empty when it asks for nothing, and takes anything.
  /// - Throws: `InvalidValue`, which names the field.
  static func check(_ input: String?, against schema: String?) throws(InvalidValue) {
    guard let schema, !schema.isEmpty else { return }
    guard input != nil else {
      throw InvalidValue("input", "is required: the pause asks for it by a schema, see GetRun")
    }
  }
}
