// Decides that the nearest source of a setting wins, that it is told which it was, and what is refused.

import MartletSettings
import Testing

@Suite struct ResolvedSettingsTests {
  private let file = """
    [server]
    port = 1
    max_heat = 90
    """

  @Test func namesFollowFromTheName() {
    let setting = Kettle.settings[2]
    #expect(setting.flag == "--max-heat")
    #expect(setting.variable == "MARTLET_MAX_HEAT")
    #expect(setting.key == "max_heat")
  }

  @Test func nothingChosenIsTheDefault() throws {
    let resolved = try resolve()
    #expect(resolved.root == Kettle())
    #expect(resolved.settings.map(\.name) == Kettle.settings.map(\.name))
    #expect(resolved.settings.allSatisfy { $0.source == .standard })
    #expect(resolved.told("port") == "4200 (default)")
    #expect(resolved.told("max-heat") == "- (default)")
    #expect(resolved.settings[2].inWords == "what the coil gives")
  }

  @Test(
    arguments: [
      ([:], "", "4200 (default)"),
      ([:], "1", "1 (file /k.toml:2)"),
      (["MARTLET_PORT": "2"], "1", "2 (env MARTLET_PORT)"),
      (["MARTLET_PORT": "2", "flag": "3"], "1", "3 (flag)"),
      (["flag": "3"], "1", "3 (flag)"),
      (["MARTLET_PORT": "2"], "", "2 (env MARTLET_PORT)"),
      (["MARTLET_PORT": ""], "1", "1 (file /k.toml:2)"),
    ] as [([String: String], String, String)])
  func theNearestWins(chosen: [String: String], inFile: String, told: String) throws {
    let flags = chosen["flag"].map { ["port": [$0]] } ?? [:]
    let resolved = try resolve(
      flags: flags, chosen, file: inFile.isEmpty ? nil : "[server]\nport = \(inFile)")
    #expect(resolved.told("port") == told)
    #expect(told.hasPrefix("\(resolved.root.port) "))
  }

  @Test func eachFormIsReadFromEachSource() throws {
    let wanted = Kettle(
      label: "k", port: 0, heat: 9, sound: .none, guests: ["a", "b c"], source: "s")
    #expect(
      try resolve(flags: [
        "label": ["x", "k"], "port": ["0"], "max-heat": ["9"], "sound": ["NONE"],
        "guest": ["a", "b c"], "source-url": ["s"],
      ]).root == wanted)
    #expect(
      try resolve([
        "MARTLET_LABEL": "k", "MARTLET_PORT": "0", "MARTLET_MAX_HEAT": "9", "MARTLET_SOUND": "none",
        "MARTLET_GUEST": "a, b c,", "MARTLET_SOURCE_URL": "s",
      ]).root == wanted)
    #expect(
      try resolve(
        file: """
          [server]
          label = "k"
          port = 0
          max_heat = 9
          sound = "none"
          guest = ["a", "b c"]
          source_url = "s"
          """
      ).root == wanted)
  }

  @Test func aBadTextNamesItsPlace() {
    #expect(
      problems(flags: ["port": ["70000"]])
        == ["--port cannot be \"70000\": it must be a whole number from 0 to 65535"])
    #expect(
      problems(["MARTLET_MAX_HEAT": "hot"])
        == ["MARTLET_MAX_HEAT cannot be \"hot\": it must be a whole number of at least 1"])
    #expect(
      problems(["MARTLET_SOUND": "song"])
        == ["MARTLET_SOUND cannot be \"song\": it must be one of whistle, none"])
    #expect(
      problems(flags: ["label": [""]])
        == ["--label cannot be \"\": it must be a text that is not empty"])
  }

  @Test func allThatIsWrongIsTold() {
    #expect(problems(flags: ["port": ["x"]], ["MARTLET_MAX_HEAT": "y"], file: file).count == 2)
  }

  @Test func aVariableThatAFlagHidesIsNotRead() throws {
    #expect(try resolve(flags: ["port": ["1"]], ["MARTLET_PORT": "x"]).root.port == 1)
  }

  @Test func variablesOfOtherProgramsComeAfterItsOwn() throws {
    let all = ["WELL_URL": "w", "RIVER_URL": "r", "MARTLET_SOURCE_URL": "m"]
    #expect(try resolve(all).told("source-url") == "m (env MARTLET_SOURCE_URL)")
    #expect(
      try resolve(["WELL_URL": "", "RIVER_URL": "r"]).told("source-url") == "r (env RIVER_URL)")
    #expect(try resolve(["WELL_URL": "w"]).told("tank") == "- (unused: source-url is set)")
    #expect(
      try resolve(["WELL_URL": "w"], file: "[server]\nsource_url = \"f\"\n").told("source-url")
        == "w (env WELL_URL)")
  }

  @Test func ofTwoRivalsTheNearerCounts() throws {
    let flag = try resolve(flags: ["tank": ["/t"]], ["MARTLET_SOURCE_URL": "s"])
    #expect(flag.told("tank") == "/t (flag)")
    #expect(flag.told("source-url") == "- (unused: tank is set)")
    #expect(flag.root.source == nil)
    let variable = try resolve(["MARTLET_SOURCE_URL": "s"], file: "server.tank = '/t'")
    #expect(variable.root.tank == "/tank" && variable.root.source == "s")
    #expect(variable.told("tank") == "- (unused: source-url is set)")
    #expect(
      problems(flags: ["tank": ["/t"], "source-url": ["s"]])
        == ["source-url and tank exclude each other: give one of them (flag; flag)"])
  }

  @Test(arguments: [
    ("postgresql://u:p@h/d", "postgresql://u:***@h/d"),
    ("postgresql://u:p/a@ss@h/d", "postgresql://u:***@h/d"),
    ("postgresql://u@h/d?password=x&a=b", "postgresql://u@h/d?password=***&a=b"),
    ("host=h password='a \\' b' user=u", "host=h password=*** user=u"),
    ("host=h PassWord = x user=u", "host=h PassWord = *** user=u"),
    ("postgresql://h:5432/d", "postgresql://h:5432/d"),
    ("/var/run", "/var/run"),
  ])
  func passwordsAreHidden(url: String, shown: String) throws {
    let resolved = try resolve(flags: ["source-url": [url]])
    #expect(resolved.root.source == url)
    #expect(resolved.told("source-url") == "\(shown) (flag)")
  }
}
