// Decides which spellings of a database URL are understood, and how one is shown without its secret.

import CPostgres

extension PostgresConfiguration {
  /// Removes a driver suffix from the scheme and lets libpq check the rest.
  static func normalized(_ text: String) throws(PostgresError) -> String {
    var url = text
    if let scheme = text.prefix(while: { $0 != ":" }) as Substring?,
      text.dropFirst(scheme.count).hasPrefix("://")
    {
      let base = scheme.prefix { $0 != "+" }.lowercased()
      guard base == "postgresql" || base == "postgres" else {
        throw PostgresError(
          .misuse,
          "\"\(scheme)://\" is not a Postgres URL: use postgresql://user@host:5432/database")
      }
      url = base + text.dropFirst(scheme.count)
    }
    _ = try options(of: url)
    return url
  }

  /// The options libpq reads from a connection string, without empty ones.
  static func options(of conninfo: String) throws(PostgresError) -> [String: String] {
    var message: UnsafeMutablePointer<CChar>?
    guard let first = PQconninfoParse(conninfo, &message) else {
      PQfreemem(message)
      // libpq's own message may repeat the text, password and all.
      throw PostgresError(
        .misuse, "cannot read the database URL: use postgresql://user@host:5432/database")
    }
    defer { PQconninfoFree(first) }
    var options: [String: String] = [:]
    var option = first
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val {
        options[String(cString: keyword)] = String(cString: value)
      }
      option += 1
    }
    return options
  }

  /// Host, port, user and database for people and logs; never a password.
  public var redactedDescription: String {
    guard let options = try? PostgresConfiguration.options(of: conninfo) else {
      return "postgresql"
    }
    let host = options["host"] ?? options["hostaddr"] ?? "localhost"
    let user = options["user"].map { $0 + "@" } ?? ""
    let port = options["port"].map { ":" + $0 } ?? ""
    return "postgresql://\(user)\(host)\(port)/\(options["dbname"] ?? "")"
  }
}
