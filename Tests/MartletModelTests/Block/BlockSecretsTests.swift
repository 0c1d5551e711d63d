// Secrets are masked where a schema says they are, and a mask that comes back changes nothing.

import MartletModel
import Testing

@Suite struct BlockSecretsTests {
  private func secrets(_ paths: String) throws -> BlockSecrets {
    BlockSecrets(fields: try JSON(parsing: #"{"secret_fields": [\#(paths)]}"#))
  }

  @Test(arguments: [
    (#""value""#, #"{"value":"s","other":"o"}"#, #"{"value":"********","other":"o"}"#),
    (#""value""#, #"{"value":null}"#, #"{"value":null}"#),
    (#""value""#, #"{"value":{"deep":"s"}}"#, #"{"value":"********"}"#),
    (#""a.b""#, #"{"a":{"b":1,"c":2},"b":3}"#, #"{"a":{"b":"********","c":2},"b":3}"#),
    (
      #""a.*""#, #"{"a":{"b":1,"c":{"d":"s","e":null}}}"#,
      #"{"a":{"b":"********","c":{"d":"********","e":null}}}"#
    ),
    (#""a.*""#, #"{"a":"s"}"#, #"{"a":"********"}"#),
    (
      #""list.key""#, #"{"list":[{"key":"s"},{"key":"t","x":1}]}"#,
      #"{"list":[{"key":"********"},{"key":"********","x":1}]}"#
    ),
    (#""no","a""#, #"{"a":1,"b":2}"#, #"{"a":"********","b":2}"#),
    ("", #"{"a":1}"#, #"{"a":1}"#),
  ])
  func masked(paths: String, data: String, shown: String) throws {
    #expect(try secrets(paths).masked(JSON(parsing: data)) == JSON(parsing: shown))
  }

  @Test(arguments: [
    (#""value""#, #"{"value":"********","n":2}"#, #"{"value":"s","n":1}"#, #"{"value":"s","n":2}"#),
    (#""value""#, #"{"value":"new"}"#, #"{"value":"s"}"#, #"{"value":"new"}"#),
    (#""value""#, #"{"value":"********"}"#, "{}", #"{"value":"********"}"#),
    (
      #""a.*""#, #"{"a":{"b":"********","c":"new"}}"#, #"{"a":{"b":"s","c":"t"}}"#,
      #"{"a":{"b":"s","c":"new"}}"#
    ),
    (
      #""a.*""#, #"{"a":{"b":{"c":"********"}}}"#, #"{"a":{"b":{"c":"s"}}}"#,
      #"{"a":{"b":{"c":"s"}}}"#
    ),
    (#""other""#, #"{"value":"********"}"#, #"{"value":"s"}"#, #"{"value":"********"}"#),
    (#""l.k""#, #"{"l":[{"k":"********"}]}"#, #"{"l":[{"k":"s"}]}"#, #"{"l":[{"k":"s"}]}"#),
  ])
  func restored(paths: String, data: String, old: String, kept: String) throws {
    let secrets = try secrets(paths)
    #expect(
      try secrets.restored(JSON(parsing: data), from: JSON(parsing: old)) == JSON(parsing: kept))
  }

  @Test func namesThatAPageCannotLinkToAreRefused() {
    for name in ["", "a/b", "a%", "<b>", String(repeating: "x", count: 201)] {
      #expect(throws: InvalidValue.self) { try BlockRules.check(name: name, "name") }
    }
    for slug in ["", "A", "a b", "ä"] {
      #expect(throws: InvalidValue.self) { try BlockRules.check(slug: slug, "slug") }
    }
    #expect(throws: Never.self) {
      try BlockRules.check(name: "AWS Credentials", "name")
      try BlockRules.check(slug: "aws-credentials_2", "slug")
    }
  }
}
