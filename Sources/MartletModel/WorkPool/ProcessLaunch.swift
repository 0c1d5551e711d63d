// Decides what a worker starts for a run of a pool of processes: the rendered job, and what the deployment executes.

/// A process of a worker's machine.
public struct ProcessLaunch: Sendable, Equatable {
  /// The program and its arguments; empty with an entrypoint.
  public var command: [String] = []
  /// A function, as `path/file.py:function`, instead of a command; may be empty.
  public var entrypoint = ""
  /// Variables, over those of the worker.
  public var environment: [String: String] = [:]
  /// Where it starts; a directory of its own when empty.
  public var workingDirectory = ""
  /// How long it has between TERM and KILL.
  public var grace = Interval.seconds(30)
  /// Bytes of output that go to the log; 0 for all.
  public var outputLimit: Int64 = 0
  /// Whether its output also appears on the worker's own.
  public var streamsOutput = false

  /// Reads a rendered job. What a template of one's own says beside the known keys is left alone.
  ///
  /// - Throws: `InvalidValue`, which names what has the wrong type by its path in the job.
  public init(job: JSON, executable: Executable?) throws(InvalidValue) {
    switch job["command"] {
    case .string(let line)?: command = Self.shell(line.text)
    case .array(let items)? where !items.isEmpty:
      for (index, item) in items.enumerated() {
        command.append(try item.plainText("job.command[\(index)]"))
      }
    case .array?, .null?, nil:
      switch executable {
      case nil:
        throw InvalidValue(
          "job.command", "is missing: neither the deployment nor the template says what to run")
      case .entrypoint(let function)?: entrypoint = function
      case .shell(let script)?: command = Self.shell(script)
      case .command(let arguments)?: command = arguments
      }
    default: throw InvalidValue("job.command", "must be a text or a list of texts")
    }
    switch job["env"] {
    case .object(let members)?:
      for name in members.names {
        guard let value = members[name], value != .null else { continue }
        guard !name.text.isEmpty, !name.text.contains("=") else {
          throw InvalidValue("job.env", "has a name that is empty or holds \"=\"")
        }
        environment[name.text] = try value.plainText("job.env.\(name)")
      }
    case .null?, nil: break
    default: throw InvalidValue("job.env", "must be an object of texts")
    }
    for key in ["working_dir", "working_directory"] {
      if let value = job[key], value != .null {
        workingDirectory = try value.plainText("job.\(key)")
      }
    }
    if let value = job["grace"], value != .null {
      guard case .number(let number) = value, let seconds = Double(number.description),
        (0...86_400).contains(seconds)
      else { throw InvalidValue("job.grace", "must be from 0 to 86400 seconds") }
      grace = Interval(microseconds: Int64(seconds * 1_000_000))
    }
    if let value = job["output_limit"], value != .null {
      guard case .number(let number) = value, let bytes = Int64(number.description), bytes >= 0
      else { throw InvalidValue("job.output_limit", "must be a whole number of bytes") }
      outputLimit = bytes
    }
    if let value = job["stream_output"], value != .null {
      guard case .bool(let isOn) = value else {
        throw InvalidValue("job.stream_output", "must be true or false")
      }
      streamsOutput = isOn
    }
  }

  private static func shell(_ line: String) -> [String] { ["/bin/sh", "-c", line] }
}

extension JSON {
  /// A text, a number or a truth value as text.
  fileprivate func plainText(_ path: String) throws(InvalidValue) -> String {
    let text: String
    switch self {
    case .string(let string): text = string.text
    case .number, .bool: text = description
    case .null, .array, .object:
      throw InvalidValue(path, "is \(excerpt()): give a text")
    }
    if text.utf8.contains(0) { throw InvalidValue(path, "holds a NUL character") }
    return text
  }
}
