// Decides how the cache of results is looked at and emptied.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

struct CacheCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache", abstract: "List and forget keys of the cache of results.",
    subcommands: [ListCache.self, RemoveFromCache.self])
}

struct ListCache: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List keys, in the order of their bytes.")
  @Option(help: "Only keys that begin so.")
  var prefix: String = ""
  @Option(help: "At most this many.")
  var limit: Int = 100
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit must be more than 0") }
  }

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = ListCacheEntriesRequest()
      request.namespace = connection.namespace
      request.prefix = prefix
      var response = ListCacheEntriesResponse()
      repeat {
        request.pageSize = Int32(min(1000, limit - response.entries.count))
        let page = try await connection.client.results.listCacheEntries(request)
        response.entries += page.entries
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty && response.entries.count < limit
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: for entry in response.entries { Terminal.standard.line(entry.key) }
      case .table:
        var table = Table("key", ">bytes", "computed", "expires", "by", "now")
        for entry in response.entries {
          table.append(
            .init(entry.key, .bold), .init(entry.payload.map { "\($0.size)" } ?? "-"),
            .init(entry.computeTime.map(ago) ?? "-"),
            .init(try entry.expireTime.map { try $0.jsonText() } ?? "never", .dim),
            .init(entry.sourceRunID.isEmpty ? "-" : entry.sourceRunID, .dim),
            .init(entry.reserved ? "computing" : ""))
        }
        Terminal.standard.write(table.render(for: .standard))
      }
      return nil
    }
  }
}

struct RemoveFromCache: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Forget keys; what is being computed for them is not kept.")
  @Argument(help: "The keys.")
  var keys: [String] = []
  @Option(help: "All keys that begin so.")
  var prefix: String = ""
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard !keys.isEmpty || !prefix.isEmpty else {
      throw ValidationError("name keys, or a --prefix")
    }
  }

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = InvalidateCacheKeysRequest()
      request.namespace = connection.namespace
      request.keys = keys
      request.prefix = prefix
      let response = try await connection.client.results.invalidateCacheKeys(request)
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: break
      case .table:
        let count = response.invalidated
        Terminal.standard.line("forgot \(count) key\(count == 1 ? "" : "s")")
      }
      return nil
    }
  }
}
