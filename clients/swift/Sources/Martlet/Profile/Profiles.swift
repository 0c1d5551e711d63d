// Decides what profiles are: named sets of client settings, of which one is active. There is always one.

/// The profiles of a user.
public struct Profiles: Sendable, Equatable {
  /// One of them.
  public struct Profile: Sendable, Equatable {
    /// Its name.
    public internal(set) var name: String
    /// What it chooses, by the names of settings.
    public internal(set) var settings: [String: String] = [:]
  }

  /// The name of the profile that there is at first.
  public static let standardName = "default"
  /// The variable that names the profile to take in place of the active one.
  public static let variable = "MARTLET_PROFILE"

  /// The name of the active profile.
  public internal(set) var active: String
  /// All profiles, in the order of their making.
  public internal(set) var all: [Profile]

  /// One empty profile.
  public init() {
    active = Self.standardName
    all = [Profile(name: Self.standardName)]
  }

  /// The profile of a name; nil when there is none.
  public subscript(_ name: String) -> Profile? { all.first { $0.name == name } }

  /// Adds a profile.
  ///
  /// - Parameter source: the profile whose settings it takes over.
  /// - Throws: when the name is taken or no name, or there is no such source.
  public mutating func create(_ name: String, from source: String? = nil) throws(ProfileError) {
    try check(new: name)
    let settings = try source.map { (name) throws(ProfileError) in try find(name) }
    all.append(
      Profile(name: name, settings: settings.map { all[$0].settings } ?? [:]))
  }

  /// Makes a profile the active one.
  public mutating func use(_ name: String) throws(ProfileError) {
    _ = try find(name)
    active = name
  }

  /// Removes a profile; the active one stays.
  public mutating func remove(_ name: String) throws(ProfileError) {
    let index = try find(name)
    guard name != active else {
      throw ProfileError("profile '\(name)' is active: change to another one first")
    }
    all.remove(at: index)
  }

  /// Gives a profile another name.
  public mutating func rename(_ name: String, to new: String) throws(ProfileError) {
    let index = try find(name)
    try check(new: new)
    all[index].name = new
    if active == name { active = new }
  }

  /// Chooses a setting in a profile; nil takes the choice away.
  public mutating func set(
    _ setting: ClientSetting, to value: String?, in name: String
  ) throws(ProfileError) {
    if let value, let problem = setting.problem(with: value) {
      throw ProfileError("\(setting.name) \(problem)")
    }
    all[try find(name)].settings[setting.name] = value
  }

  /// What is wrong with the settings, a sentence each.
  public var problems: [String] {
    all.flatMap { profile in
      profile.settings.sorted { $0.key < $1.key }.compactMap { name, value in
        guard let setting = ClientSetting.named(name) else {
          return "profile '\(profile.name)': \(name) is no setting"
        }
        return setting.problem(with: value).map { "profile '\(profile.name)': \(name) \($0)" }
      }
    }
  }

  private func find(_ name: String) throws(ProfileError) -> Int {
    guard let index = all.firstIndex(where: { $0.name == name }) else {
      throw ProfileError("there is no profile '\(name)': `martlet profile ls` shows them")
    }
    return index
  }

  private func check(new name: String) throws(ProfileError) {
    if self[name] != nil { throw ProfileError("profile '\(name)' exists already") }
    let isName = name.utf8.allSatisfy { byte in
      byte > 0x20 && byte != 0x7F && !"\"'\\[]".utf8.contains(byte)
    }
    guard !name.isEmpty, name.utf8.count <= 100, isName else {
      throw ProfileError("'\(name.prefix(100))' is no name of a profile: use letters, digits and -")
    }
  }
}

/// Why profiles cannot be read or changed.
public struct ProfileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The sentence.
  public let description: String

  /// Says why.
  public init(_ description: String) { self.description = description }
}
