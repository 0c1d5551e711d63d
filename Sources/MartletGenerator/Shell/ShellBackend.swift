// Decides what the shell client is generated as: one file of functions, a function for each unary method. What they
// have in common is written by hand in clients/shell/parts, and put together with this file by its assemble.sh.

/// Writes shell functions.
struct ShellBackend {
  let model: ProtoSet
  /// The package whose services become functions.
  let root: String

  init(_ model: ProtoSet, options: [String: String]) {
    self.model = model
    root = options["root"] ?? "martlet.v1"
  }

  /// The one file to write, `stubs.sh`.
  func files() throws -> [OutputFile] {
    let services = model.generated.flatMap(\.services).filter { $0.package == root }
    let calls = services.flatMap { service in
      service.methods.filter { !$0.clientStreams && !$0.serverStreams }.map { (service, $0) }
    }
    let rule = String(repeating: "-", count: 33)
    var text = "# --- The functions: one for each unary method of the contract \(rule)\n"
    for (service, method) in calls {
      text += try "\n" + function(service, method)
    }
    return [OutputFile(path: "stubs.sh", content: text + "\n" + overview(of: calls))]
  }

  private func function(_ service: ProtoService, _ method: ProtoMethod) throws -> String {
    guard let request = model.message(method.input) else {
      throw PluginFault("\(service.fullName).\(method.name): no message \(method.input)")
    }
    let name = ShellNames.function(service: service.name, method: method.name)
    let flags = ShellFlag.flags(of: request, in: model)
    return """
      \(name)() {
        case ${1-} in
          --help | -h)
            cat <<'HELP'
      \(help(name, method, flags))
      HELP
            return ;;
        esac
        _martlet_rpc \(service.name)/\(method.name) \(name) '
      \(flags.map { "\($0.name) \($0.kind) \($0.path)\n" }.joined())' "$@"
      }

      """
  }

  private func help(_ name: String, _ method: ProtoMethod, _ flags: [ShellFlag]) -> String {
    var lines = ["Usage: \(name) [--FLAG VALUE]...", ""]
    for paragraph in paragraphs(method.comment) { lines += wrapped(paragraph, indent: 0) + [""] }
    lines.append("Flags:")
    for flag in flags {
      lines.append("  --\(flag.name) \(flag.placeholder)")
      lines += wrapped(flag.description, indent: 6)
    }
    lines += ["  --json JSON", "      The whole request, instead of other flags.", ""]
    lines += ["Prints the answer as JSON: \(method.output)."]
    return lines.joined(separator: "\n")
  }

  /// A function that tells which functions there are.
  private func overview(of calls: [(ProtoService, ProtoMethod)]) -> String {
    var text = "# martlet_help: the functions and what each does.\nmartlet_help() {\n"
    text += "  cat <<'HELP'\n"
    for (service, method) in calls {
      let name = ShellNames.function(service: service.name, method: method.name)
      let first = paragraphs(method.comment).first ?? ""
      let sentence = first.split(separator: ".", maxSplits: 1).first.map { "\($0)." } ?? ""
      text += name + "\n" + wrapped(sentence, indent: 6).joined(separator: "\n") + "\n"
    }
    return text + "HELP\n}\n"
  }

  /// The paragraphs of a comment, each in one line.
  private func paragraphs(_ comment: String) -> [String] {
    var paragraphs: [[Substring]] = [[]]
    for line in comment.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.allSatisfy(\.isWhitespace) {
        paragraphs.append([])
      } else {
        paragraphs[paragraphs.count - 1].append(line)
      }
    }
    return paragraphs.filter { !$0.isEmpty }.map { $0.joined(separator: " ") }
  }

  /// Text in lines of at most 92 columns.
  private func wrapped(_ text: String, indent: Int) -> [String] {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      if let last = lines.last, last.count + 1 + word.count <= 92 {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(margin + word)
      }
    }
    return lines
  }
}
