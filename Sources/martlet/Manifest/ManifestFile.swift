// Decides which file is read, and how its mistakes are told: with the file and the line.

import ArgumentParser
import Glibc
import MartletModel

/// A file of declarations, read as YAML.
struct ManifestFile {
  /// Its path.
  let path: String
  /// The folder that its paths are meant from, as an absolute path.
  let directory: String
  /// What it says.
  let tree: YAMLTree
  /// The same with what was laid over it.
  private let json: JSON

  /// The names that are looked for in a folder, the first that is there.
  static let names = ["martlet.yaml", "martlet.yml", "prefect.yaml", "prefect.yml"]

  /// Reads a file, or the one of a folder. When that cannot be, tells why and leaves.
  init(at place: String) throws {
    let path = try Self.find(place)
    self.path = path
    directory = Self.directory(of: path)
    do {
      tree = try YAMLTree(try TextFile.read(path))
      json = tree.json
    } catch let fault as YAMLFault {
      complain("martlet: \(path)\(fault.line.map { ":\($0)" } ?? ""): \(fault.problem)")
      throw ExitCode(ExitStatus.usage.rawValue)
    }
  }

  /// The file with another tree, whose places stand where those of the file do.
  init(_ file: ManifestFile, saying json: JSON) {
    (path, directory, tree) = (file.path, file.directory, file.tree)
    self.json = json
  }

  /// The path of the file that is meant.
  static func find(_ place: String) throws -> String {
    guard access(place, R_OK) == 0 else {
      return try TextFile.refuse("\(place) cannot be read: \(String(cString: strerror(errno)))")
    }
    guard TextFile.isDirectory(place) else { return place }
    let base = place == "." ? "" : place.hasSuffix("/") ? place : place + "/"
    if let name = names.first(where: { access(base + $0, R_OK) == 0 }) { return base + name }
    return try TextFile.refuse(
      "there is no \(names[0]) and no \(names[2]) in \(place): `martlet init` writes one")
  }

  /// Reads what is declared; warnings are told. When something is wrong, tells what and leaves.
  func read(_ reader: ManifestReader) throws -> Manifest {
    do throws(ManifestError) {
      let reading = try reader.read(json)
      for warning in reading.warnings { complain("martlet: \(place(warning))") }
      return reading.manifest
    } catch {
      for problem in error.problems { complain("martlet: \(place(problem))") }
      throw ExitCode(ExitStatus.usage.rawValue)
    }
  }

  private func place(_ problem: ManifestProblem) -> String {
    "\(path)\(tree.line(of: problem.place).map { ":\($0)" } ?? ""): \(problem)"
  }

  private static func directory(of path: String) -> String {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    guard let real = realpath(folder.isEmpty ? "/" : folder, nil) else { return folder }
    defer { free(real) }
    return String(cString: real)
  }
}

/// Files of text.
enum TextFile {
  private static let longest = 16 << 20

  /// Reads a file. When that cannot be, tells why and leaves.
  static func read(_ path: String) throws -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      return try refuse("\(path) cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else {
        return try refuse("\(path) cannot be read: \(String(cString: strerror(errno)))")
      }
      if count == 0 { break }
      bytes += chunk[..<count]
      guard bytes.count <= longest else { return try refuse("\(path) is longer than 16 MiB") }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      return try refuse("\(path) is not UTF-8")
    }
    return text
  }

  /// Whether there is a folder at a path.
  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Tells why, and leaves as for a wrong command line.
  static func refuse<R>(_ problem: String) throws -> R {
    complain("martlet: \(problem)")
    throw ExitCode(ExitStatus.usage.rawValue)
  }
}
