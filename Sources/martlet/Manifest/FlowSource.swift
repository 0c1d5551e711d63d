// Decides what is learnt of a deployment from its source: the flow's name by reading it, the parameters by asking the
// Python at hand. Neither is needed: a source may be elsewhere.

import Glibc
import MartletModel

/// The source of an entrypoint.
struct FlowSource {
  /// What the flow is called.
  let flow: String
  /// The schema of its parameters, if it could be asked for.
  let schema: JSON?
  /// What is to be said about that.
  let remarks: [String]

  /// Reads the source below a folder.
  init(_ entrypoint: ManifestEntrypoint, in directory: String) throws {
    let paths = entrypoint.files.map { $0.hasPrefix("/") ? $0 : "\(directory)/\($0)" }
    let function = String(entrypoint.function.split(separator: ".").last ?? "")
    guard let path = paths.first(where: { access($0, R_OK) == 0 }) else {
      flow = PythonFlow.standardName(function)
      schema = nil
      remarks = [
        "\(paths[0]) is not here: the flow is taken to be called '\(flow)', without a schema"
      ]
      return
    }
    let source = try TextFile.read(path)
    let flows = PythonFlow.all(in: source)
    flow =
      flows.last { $0.function == function }?.name ?? PythonFlow.standardName(function)
    guard flows.contains(where: { $0.function == function }) || source.names(function) else {
      let hint = flows.map(\.function).nearest(to: function).map { "; did you mean \($0)?" } ?? ""
      let _: Never? = try TextFile.refuse("\(path) has no function \(function)\(hint)")
      schema = nil
      remarks = []
      return
    }
    let named = entrypoint.isModule ? entrypoint.text : "\(path):\(entrypoint.function)"
    let answer = Captured(
      "exec \(Self.python) -m martlet.schema \(shellQuoted(named)) 2>/dev/null",
      in: entrypoint.isModule ? directory : nil)
    schema = answer.status == 0 ? try? JSON(parsing: answer.output) : nil
    remarks =
      schema == nil
      ? [
        "no schema of its parameters is sent, for `\(Self.python) -m martlet.schema \(named)` fails here: have "
          + "MARTLET_PYTHON name a Python with the martlet package"
      ] : []
  }

  /// The Python to ask: `MARTLET_PYTHON`, or the one of the path.
  static var python: String {
    let chosen = getenv("MARTLET_PYTHON").map { String(cString: $0) } ?? ""
    return chosen.isEmpty ? "python3" : shellQuoted(chosen)
  }
}

/// A line of shell that was run, with what it printed.
struct Captured {
  /// What it printed, without the last end of a line.
  let output: String
  /// How it ended; 128 and more for a signal.
  let status: Int32

  /// Runs a line in a folder, and waits.
  init(_ line: String, in directory: String? = nil) {
    let place = directory.map { "cd \(shellQuoted($0)) || exit 1\n" } ?? ""
    guard let stream = popen(place + line, "re") else {
      output = ""
      status = 127
      return
    }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = fread(&chunk, 1, chunk.count, stream)
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    output = String(decoding: bytes, as: UTF8.self)
    let code = pclose(stream)
    status = code & 0x7F == 0 ? code >> 8 & 0xFF : 128 + (code & 0x7F)
  }
}

extension String {
  /// Whether a source says a name, or takes in all names of another one.
  fileprivate func names(_ name: String) -> Bool {
    func isPart(_ character: Character) -> Bool {
      character.isLetter || character.isNumber || character == "_"
    }
    return contains("import *") || split { !isPart($0) }.contains { $0 == name }
  }
}
