// Decides that files of profiles are read and written right, and that the nearest choice of a setting counts.

import Foundation
import Martlet
import MartletHTTP
import Testing

@Suite struct ProfileTests {
  private static let written = """
    # By hand.
    active = "lab"

    [profiles.default]

    [ profiles.lab ]  # ours
    MARTLET_API_URL = "http://10.0.0.1:4200/api"
    MARTLET_NAMESPACE = 'team "a"'
    MARTLET_API_TLS_INSECURE = 1
    "MARTLET_API_KEY" = "a\\\\b\\"c"

    [profiles."far away"]
    """

  @Test func aFileIsRead() throws {
    let profiles = try Profiles(text: Self.written)
    #expect(profiles.active == "lab")
    #expect(profiles.all.map(\.name) == ["default", "lab", "far away"])
    #expect(
      profiles["lab"]?.settings == [
        "MARTLET_API_URL": "http://10.0.0.1:4200/api", "MARTLET_NAMESPACE": "team \"a\"",
        "MARTLET_API_TLS_INSECURE": "1", "MARTLET_API_KEY": "a\\b\"c",
      ])
    #expect(try Profiles(text: profiles.text) == profiles)
    #expect(try Profiles(text: "") == Profiles())
  }

  @Test(arguments: [
    ("[profile.x]", "line 1"), ("\nA = 1", "line 2"), ("[profiles.x]\nA = [1]", "line 2"),
    ("[profiles.x]\n[profiles.x]", "twice"), ("[profiles.x]\nA = \"b\" c", "line 2"),
    ("[profiles.x]\nA = \"b", "not closed"), ("[profiles.x]\nA = \"\\n\"", "escapes"),
    ("active = \"y\"\n[profiles.x]", "'y'"),
  ])
  func otherTextsAreRefused(_ text: String, _ problem: String) {
    let error = #expect(throws: ProfileError.self) { try Profiles(text: text) }
    #expect(error?.description.contains(problem) == true)
  }

  @Test func profilesAreMadeUsedRenamedAndRemoved() throws {
    var profiles = Profiles()
    try profiles.create("lab")
    #expect(throws: ProfileError.self) { try profiles.create("lab") }
    #expect(throws: ProfileError.self) { try profiles.create("a\"b") }
    #expect(throws: ProfileError.self) { try profiles.create("") }
    try profiles.set(.address, to: "https://a.b", in: "lab")
    try profiles.create("copy", from: "lab")
    #expect(profiles["copy"]?.settings == ["MARTLET_API_URL": "https://a.b"])
    #expect(throws: ProfileError.self) { try profiles.set(.address, to: "a.b", in: "lab") }
    #expect(throws: ProfileError.self) { try profiles.set(.key, to: "a\nb", in: "lab") }
    #expect(throws: ProfileError.self) { try profiles.use("missing") }
    try profiles.use("lab")
    #expect(throws: ProfileError.self) { try profiles.remove("lab") }
    try profiles.rename("lab", to: "work")
    #expect(profiles.active == "work")
    try profiles.remove("default")
    #expect(profiles.all.map(\.name) == ["work", "copy"])
    try profiles.set(.address, to: nil, in: "copy")
    #expect(profiles["copy"]?.settings == [:])
    #expect(profiles.problems == [])
    let wrong = try Profiles(text: "[profiles.x]\nMARTLET_API = \"1\"\nMARTLET_API_URL = \"x\"")
    #expect(wrong.problems.count == 2)
  }

  @Test(
    arguments: [
      ("flag", "env", "profile", "flag", ResolvedClientSetting.Source.flag),
      (nil, "env", "profile", "env", .env), (nil, "", "profile", "profile", .profile),
      (nil, nil, "", "", .default), (nil, nil, nil, "", .default),
    ] as [(String?, String?, String?, String, ResolvedClientSetting.Source)])
  func theNearestCounts(
    _ flag: String?, _ variable: String?, _ held: String?, _ value: String,
    _ source: ResolvedClientSetting.Source
  ) {
    let resolved = ResolvedClientSetting(
      .namespace, flag: flag, variable: { _ in variable },
      profile: held.map { ["MARTLET_NAMESPACE": $0] } ?? [:])
    #expect(resolved.value == value)
    #expect(resolved.source == source)
  }

  @Test func anEnvironmentTakesTheProfileWhereItSaysNothing() {
    let profile = [
      "MARTLET_API_URL": "http://lab:1", "MARTLET_API_KEY": "k", "MARTLET_NAMESPACE": "n",
      "MARTLET_API_TLS_CA": "ca.pem", "MARTLET_API_TLS_INSECURE": "1",
    ]
    let environment = RunEnvironment(profile: profile) { $0 == "MARTLET_NAMESPACE" ? "m" : nil }
    #expect(environment.address == "http://lab:1")
    #expect(environment.key == "k")
    #expect(environment.namespace == "m")
    #expect(environment.tls.authorities == "ca.pem")
    #expect(!environment.tls.verifiesServer)
  }

  @Test func aFileIsReplacedWholeAndForItsOwnerAlone() throws {
    let home = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: home) }
    let file = ProfileFile(home: home.path)
    #expect(try file.read() == Profiles())
    var profiles = Profiles()
    try profiles.create("lab")
    try profiles.set(.key, to: "secret", in: "lab")
    try file.write(profiles)
    #expect(try file.read() == profiles)
    let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: home.path) == ["profiles.toml"])
    try Data("[profiles.x".utf8).write(to: URL(filePath: file.path))
    #expect(throws: ProfileError.self) { try file.read() }
  }
}
