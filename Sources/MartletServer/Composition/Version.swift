// Decides the version of the program: one place, from which the schema's compatibility is also judged.

internal import MartletStore

/// The version of this program.
public enum MartletVersion {
  /// By semantic versioning.
  public static let current = "\(Schema.binary)"
}
