// Decides how the steps before a deployment are taken: in order, in the folder of the file, with their output shown; one
// that fails ends everything.

import ArgumentParser
import MartletModel

extension [BuildStep] {
  /// Takes the steps. When one fails, tells which and leaves.
  ///
  /// - Returns: their outputs by their ids.
  func take(in directory: String) throws -> [String: JSON] {
    var outputs: [String: JSON] = [:]
    var place = directory
    for (index, build) in enumerated() {
      let name = build.id ?? "\(build.step.kind) step \(index + 1)"
      let line: String
      var here = place
      switch build.step {
      case .workingDirectory(let path):
        place = path.hasPrefix("/") ? path : "\(place)/\(path)"
        continue
      case .shell(let script, let folder):
        line = script
        if let folder { here = folder.hasPrefix("/") ? folder : "\(place)/\(folder)" }
      case .pip(let file, let folder):
        line = "exec \(FlowSource.python) -m pip install -q -r \(shellQuoted(file))"
        if let folder { here = folder.hasPrefix("/") ? folder : "\(place)/\(folder)" }
      case .git, .local, .archive: continue
      }
      let done = Captured(line, in: here)
      if !done.output.isEmpty { complain(done.output) }
      guard done.status == 0 else {
        complain("martlet: \(name) failed with status \(done.status)")
        throw ExitCode(ExitStatus.failed.rawValue)
      }
      if let id = build.id { outputs[id] = .object([("stdout", .text(done.output))]) }
    }
    return outputs
  }
}
