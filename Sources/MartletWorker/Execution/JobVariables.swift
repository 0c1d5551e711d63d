// Decides what a program is told of its job by variables: the parameters as JSON, in a file in any case, and each scalar
// by itself where it fits.

import MartletProto
import MartletWire

/// The variables of a job's program.
enum JobVariables {
  /// By which everything that a job starts is known, its pull steps included: the executor has it too.
  static let jobID = "MARTLET_JOB_ID"
  // A variable may have 128 KiB, all of them and the arguments together some megabytes.
  private static let longestJSON = 64 << 10
  private static let longestScalar = 8 << 10

  /// The variables.
  ///
  /// - Parameter parameterFile: where the parameters are written as JSON.
  static func variables(
    of job: Job, _ launch: ProcessLaunch, parameterFile: String
  ) throws -> [String: String] {
    let parameters = job.run.parameters ?? [:]
    let json = try parameters.encodeJSON()
    try LocalFiles.write(json, to: parameterFile)
    var variables = launch.environment
    for (name, value) in parameters {
      guard let text = scalar(value), text.utf8.count <= longestScalar, !text.utf8.contains(0)
      else { continue }
      variables["MARTLET_PARAMETER_\(variableName(name))"] = text
    }
    variables["MARTLET_PARAMETERS_FILE"] = parameterFile
    variables["MARTLET_PARAMETERS"] =
      json.count <= longestJSON ? String(decoding: json, as: UTF8.self) : nil
    variables["MARTLET_RUN_NAME"] = job.run.name
    variables["MARTLET_FLOW"] = job.run.definition
    variables[jobID] = "\(job.id)"
    return variables
  }

  private static func scalar(_ value: JSONValue) -> String? {
    switch value {
    case .string(let text): text
    case .number, .bool: try? value.jsonText()
    case .null, .object, .list: nil
    }
  }

  /// Capital letters, digits and underscores.
  private static func variableName(_ name: String) -> String {
    String(name.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }
}
