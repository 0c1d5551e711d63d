// Decides that every key of a file is found on its line, and that what no setting takes is refused with its place.

import MartletSettings
import Testing

@Suite struct SettingsFileTests {
  @Test func linesAreTheFileOnes() throws {
    let resolved = try resolve(
      file: """
        # A comment,

        [server] # and one more
        label = \"""
        port = 9
        \"""
        \tport = 1\r

          guest = [
            "a", # max_heat = 3
            "b",
          ]
        "sound" = 'none'   # last
        """)
    #expect(resolved.told("label") == "port = 9\n (file /k.toml:4)")
    #expect(resolved.told("port") == "1 (file /k.toml:7)")
    #expect(resolved.told("guest") == "a, b (file /k.toml:9)")
    #expect(resolved.told("sound") == "none (file /k.toml:13)")
    #expect(resolved.told("max-heat") == "- (default)")
  }

  @Test func aTableInOneLineIsASection() throws {
    #expect(try resolve(file: "server = { port = 7, sound = \"none\" }").root.port == 7)
    #expect(try resolve(file: "\nserver.port = 7").told("port") == "7 (file /k.toml:2)")
    #expect(try resolve(file: "").root == Kettle())
    #expect(try resolve(file: "[server]").root == Kettle())
  }

  @Test(arguments: [
    ("[server]\nprot = 1", "/k.toml:2: unknown key prot in [server]; did you mean port?"),
    (
      "[server]\n\nmax-heat = 1",
      "/k.toml:3: unknown key max-heat in [server]; did you mean max_heat?"
    ),
    ("[server]\nquarantine = 1", "/k.toml:2: unknown key quarantine in [server]"),
    ("[server]\n'a\\u0000' = 1\nport = 1", "/k.toml:2: unknown key a\\u0000 in [server]"),
    ("[server.prot]\na = 1", "/k.toml:1: unknown section [server.prot]; did you mean port?"),
    ("[sever]\nport = 1\nb = 1", "/k.toml:1: unknown section [sever]; did you mean server?"),
    ("port = 1", "/k.toml:1: unknown key port outside of [server]; did you mean port in [server]?"),
    ("server = 1", "/k.toml:1: server must be a section, [server]"),
    ("\n[[server]]\nport = 1", "/k.toml:2: server must be a section, [server]"),
    (
      "[server]\nport = '1'",
      "/k.toml:2: port cannot be this string: it must be a whole number from 0 to 65535"
    ),
    (
      "[server]\nport = 1.0",
      "/k.toml:2: port cannot be this floating-point number: it must be a whole number from 0 to 65535"
    ),
    (
      "[server]\nport = -1",
      "/k.toml:2: port cannot be -1: it must be a whole number from 0 to 65535"
    ),
    (
      "[server]\nsound = 'song'",
      "/k.toml:2: sound cannot be this string: it must be one of whistle, none"
    ),
    (
      "[server]\nguest = ['a', 1]",
      "/k.toml:2: guest cannot be this array: it must be a list of texts that are not empty"
    ),
    (
      "[server]\nguest = 'a'",
      "/k.toml:2: guest cannot be this string: it must be a list of texts that are not empty"
    ),
    (
      "[server]\nlabel = ''",
      "/k.toml:2: label cannot be this string: it must be a text that is not empty"
    ),
    (
      "[server.port]",
      "/k.toml:1: port cannot be this table: it must be a whole number from 0 to 65535"
    ),
  ])
  func whatNoSettingTakesIsRefused(text: String, problem: String) {
    #expect(problems(file: text) == [problem])
  }

  @Test func allThatIsWrongIsTold() {
    #expect(problems(file: "a = 1\n[server]\nb = 1\nport = ''\n[c]\nd = 1").count == 4)
  }

  @Test(arguments: [
    ("[server]\nport =", 2), ("[server]\nport = 1\nport = 2", 3), ("[server", 1),
    ("\n\n[server]\nlabel = \"a", 4), ("[server]\nport = 99999999999999999999", 2),
  ])
  func whatIsNoTOMLNamesTheLine(text: String, line: Int) {
    let found = problems(file: text)
    #expect(found.count == 1 && found[0].hasPrefix("/k.toml:\(line): "), "\(found)")
  }

  @Test func hostileTextsAreRefused() {
    #expect(problems(file: "[server]\n\0port = 1") == ["/k.toml: it holds a NUL byte"])
    #expect(problems(file: "a = " + String(repeating: "[", count: 100_000)).count == 1)
    #expect(problems(file: "[server]\n\"a\\u0000b\" = 1").count == 1)
  }
}
