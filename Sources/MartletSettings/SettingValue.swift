// Decides what a setting can be, and which types of Swift hold it.

/// What was chosen for a setting.
public enum SettingValue: Sendable, Equatable, CustomStringConvertible {
  /// One text.
  case text(String)
  /// A whole number.
  case number(Int)
  /// Several texts.
  case list([String])

  /// As it is shown to people.
  public var description: String {
    switch self {
    case .text(let text): text
    case .number(let number): String(number)
    case .list(let list): list.joined(separator: ", ")
    }
  }

  /// The value with stars in the place of passwords: of URLs, and of connection strings.
  var withoutPasswords: SettingValue {
    guard case .text(let text) = self else { return self }
    return .text(
      text.replacing(/(:\/\/[^:\/?@]*):.*@/) { "\($0.1):***@" }
        .replacing(/(password\s*=\s*)('(\\.|[^'\\])*'|[^&\s]*)/.ignoresCase()) { "\($0.1)***" })
  }
}

/// A type that a setting can have.
public protocol SettingRepresentable: Sendable {
  /// The value that was chosen, when it is of this type.
  init?(settingValue: SettingValue)
  /// The value to show; nil when there is none.
  var settingValue: SettingValue? { get }
}

extension String: SettingRepresentable {
  /// A text.
  public init?(settingValue: SettingValue) {
    guard case .text(let text) = settingValue else { return nil }
    self = text
  }
  /// The text.
  public var settingValue: SettingValue? { .text(self) }
}

extension Int: SettingRepresentable {
  /// A number.
  public init?(settingValue: SettingValue) {
    guard case .number(let number) = settingValue else { return nil }
    self = number
  }
  /// The number.
  public var settingValue: SettingValue? { .number(self) }
}

extension [String]: SettingRepresentable {
  /// A list.
  public init?(settingValue: SettingValue) {
    guard case .list(let list) = settingValue else { return nil }
    self = list
  }
  /// The list.
  public var settingValue: SettingValue? { .list(self) }
}

extension Optional: SettingRepresentable where Wrapped: SettingRepresentable {
  /// What the wrapped type makes of it.
  public init?(settingValue: SettingValue) {
    guard let value = Wrapped(settingValue: settingValue) else { return nil }
    self = value
  }
  /// What the wrapped type shows; nil for nil.
  public var settingValue: SettingValue? { self?.settingValue }
}
