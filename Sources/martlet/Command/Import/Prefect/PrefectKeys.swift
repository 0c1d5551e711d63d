// Decides which key opens the blocks of a Prefect server: the one that is given, that of the server's environment, or the one
// that the server made and keeps in its database.

import Glibc
import MartletCall
import MartletPrefect
import MartletSeal

/// The key of a Prefect server's blocks.
struct PrefectKeys {
  /// The variables by which a Prefect server is given its key, the first that is set counts.
  private static let variables = ["PREFECT_SERVER_ENCRYPTION_KEY", "ORION_ENCRYPTION_KEY"]

  private let key: FernetKey
  /// Where it comes from, for people.
  private let origin: String

  /// Finds the key.
  ///
  /// - Parameter given: a key, or the name of a file that holds one.
  /// - Throws: `Status` when there is none, or what should be one is none.
  init(given: String?, in database: PrefectDatabase) async throws {
    let text: String
    if let given {
      if FernetKey(given) != nil {
        (text, origin) = (given, "--encryption-key")
      } else {
        (text, origin) = (try Self.contents(of: given), given)
      }
    } else if let variable = Self.variables.first(where: { getenv($0) != nil }) {
      (text, origin) = (String(cString: getenv(variable)), variable)
    } else if let kept = try await database.texts(PrefectStatements.key).first {
      (text, origin) = (kept, "the database")
    } else {
      throw Status(
        .failedPrecondition,
        "the database holds no key of blocks: give the server's PREFECT_SERVER_ENCRYPTION_KEY by --encryption-key"
      )
    }
    guard let key = FernetKey(text) else {
      throw Status(
        .invalidArgument, "the key of blocks in \(origin) is none: 32 bytes in URL-safe Base64")
    }
    self.key = key
  }

  /// Opens the data of a block.
  ///
  /// - Throws: `RowFault` when another key made it.
  func open(_ token: String) throws -> [UInt8] {
    do { return try key.open(token) } catch {
      throw RowFault(
        description:
          "cannot be decrypted with the key of \(origin): give the right one by --encryption-key")
    }
  }

  private static func contents(of path: String) throws -> String {
    guard let file = fopen(path, "re") else {
      throw Status(
        .invalidArgument,
        "--encryption-key: \"\(path)\" is neither a key nor a file that can be read")
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count).filter { $0 > 0x20 }, as: UTF8.self)
  }
}
