// Decides which database URLs are understood, and that a password never shows.

import MartletPostgres
import Testing

@Suite("Database URLs") struct ConfigurationTests {
  @Test(
    "A driver suffix is dropped",
    arguments: [
      "postgresql+asyncpg://u:p@h:1234/d", "postgresql+psycopg2://u:p@h:1234/d",
      "postgres://u:p@h:1234/d", "postgresql://u:p@h:1234/d", "PostgreSQL+asyncpg://u:p@h:1234/d",
      "host=h port=1234 user=u password=p dbname=d",
    ])
  func forms(url: String) throws {
    let configuration = try PostgresConfiguration(url)
    #expect(configuration.redactedDescription == "postgresql://u@h:1234/d")
    #expect(!configuration.conninfo.contains("+"))
  }

  @Test("Query parameters and sockets survive")
  func details() throws {
    let socket = try PostgresConfiguration("postgresql+asyncpg:///d?host=/run/pg&user=me")
    #expect(socket.redactedDescription == "postgresql://me@/run/pg/d")
    #expect(try PostgresConfiguration("").redactedDescription.hasPrefix("postgresql://"))
  }

  @Test(
    "What is no Postgres URL is refused without repeating it",
    arguments: ["mysql://u:secret@h/d", "postgresql://u:secret@h:port:x/d%zz", "host=h secret"])
  func refused(url: String) {
    let error = failure { _ = try PostgresConfiguration(url) }
    #expect(error?.kind == .misuse)
    #expect(error?.message.contains("secret") == false)
  }

  @Test("Names and values are quoted")
  func quoting() {
    #expect(SQLText.identifier("a\"b\0") == "\"a\"\"b\"")
    #expect(SQLText.literal("it's \\ \0") == "'it''s \\ '")
  }
}
