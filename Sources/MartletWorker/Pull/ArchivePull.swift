// Decides how an archive comes here and is unpacked: by curl, tar and unzip, after its digest was checked.

import Glibc
import MartletModel
import MartletProto

/// The archive step.
struct ArchivePull: Sendable {
  let source: MartletProto.PullStep.Archive
  let shell: StepShell

  /// Unpacks, and returns where.
  func pull(from directory: String, into scratch: String) async throws(PullFailure) -> String {
    let file = try await fetch(from: directory, into: scratch)
    try check(file)
    let place = try FreshDirectory.make(in: scratch, "archive")
    guard Self.isZip(file) else {
      let strip = source.stripComponents > 0 ? ["--strip-components=\(source.stripComponents)"] : []
      try await shell.execute(
        ["tar", "--extract", "--no-same-owner"] + strip + ["--file", file, "--directory", place],
        in: scratch)
      return place
    }
    try await shell.execute(["unzip", "-q", "-o", file, "-d", place], in: scratch)
    return try stripped(place)
  }

  private func fetch(from directory: String, into scratch: String) async throws(PullFailure)
    -> String
  {
    guard source.source.contains("://") else {
      let file = Puller.path(source.source, from: directory)
      // tar says why only before its last line.
      guard LocalFiles.exists(file) else { throw PullFailure("there is no file \(file)") }
      return file
    }
    let file = scratch + "/.archive"
    try await shell.execute(
      [
        "curl", "--fail", "--silent", "--show-error", "--location", "--proto", "=https,http,file",
        "--proto-redir", "=https,http", "--connect-timeout", "30", "--speed-limit", "1",
        "--speed-time", "\(StepShell.silence)", "--output", file, "--", source.source,
      ], in: scratch)
    return file
  }

  private func check(_ path: String) throws(PullFailure) {
    guard !source.sha256.isEmpty else { return }
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw PullFailure("\(LocalFiles.Failure("cannot read", path))") }
    defer { close(file) }
    var digest = SHA256()
    var chunk = [UInt8](repeating: 0, count: 256 << 10)
    while true {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw PullFailure("\(LocalFiles.Failure("cannot read", path))") }
      if count == 0 { break }
      digest.add(chunk[..<count])
    }
    let wanted = source.sha256.lowercased()
    guard digest.label == (wanted.hasPrefix("sha256:") ? wanted : "sha256:" + wanted) else {
      throw PullFailure("\(source.source) has the digest \(digest.label), not \(wanted)")
    }
  }

  private static func isZip(_ path: String) -> Bool {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    var magic = [UInt8](repeating: 0, count: 4)
    return read(file, &magic, 4) == 4 && magic == [0x50, 0x4B, 3, 4]
  }

  /// unzip cannot leave directories out; an archive that is stripped has one at each level.
  private func stripped(_ place: String) throws(PullFailure) -> String {
    var place = place
    for _ in 0..<max(0, source.stripComponents) {
      let names = LocalFiles.names(in: place)
      guard names.count == 1, LocalFiles.isDirectory("\(place)/\(names[0])") else {
        throw PullFailure("there is more than one directory to leave out in \(source.source)")
      }
      place += "/\(names[0])"
    }
    return place
  }
}
