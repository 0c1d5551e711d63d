// Decides how steps are read: ours by their short names, Prefect's by the paths of their functions.

extension ManifestReader {
  /// The last parts of the names of Prefect's functions, and what they are here.
  private static let prefect = [
    "set_working_directory": "working_directory", "git_clone": "git", "git_clone_project": "git",
    "run_shell_script": "shell", "pip_install_requirements": "pip",
  ]

  private static let keys: [String: [String]] = [
    "working_directory": ["path", "directory"],
    "git": [
      "repository", "branch", "commit", "commit_sha", "credentials", "access_token",
      "submodules", "include_submodules",
    ],
    "shell": ["script", "directory", "env", "stream_output", "expand_env_vars"],
    "pip": ["requirements", "requirements_file", "directory", "stream_output"],
    "local": ["path", "copy"], "archive": ["url", "path", "sha256", "strip"],
  ]

  /// Reads what a worker does before it starts a run.
  func pullSteps(
    _ value: ManifestValue, of deployment: String, _ notes: inout ManifestNotes
  ) -> [PullStepManifest] {
    // A step works where the one before it has led to.
    var context = self.context
    context.outputs = context.outputs ?? [:]
    var steps: [PullStepManifest] = []
    for element in notes.list(value) ?? [] {
      guard let (kind, body, _) = open(element, "deployment '\(deployment)'", &notes) else {
        continue
      }
      if let step = step(kind, body, context, isPull: true, &notes) { steps.append(step) }
      if let id = body.json["id"], case .string(let name) = id {
        var outputs = JSONMembers()
        outputs.set("directory", to: .string("."))
        context.outputs?[name.text] = .object(outputs)
      }
    }
    return steps
  }

  /// Reads what is done before deployments are made.
  func buildSteps(_ value: ManifestValue?, _ notes: inout ManifestNotes) -> [BuildStep] {
    guard let value else { return [] }
    var steps: [BuildStep] = []
    for element in notes.list(value) ?? [] {
      guard let (kind, body, id) = open(element, "`build` and `push`", &notes) else { continue }
      guard ["shell", "pip", "working_directory"].contains(kind) else {
        notes.refuse(element.place, "is a \(kind) step, which belongs to `pull`")
        continue
      }
      // Outputs of steps before it are not there yet: they stay as they are written.
      var context = self.context
      context.outputs = nil
      if let step = step(kind, body, context, isPull: false, &notes) {
        steps.append(BuildStep(id: id, step: step))
      }
    }
    return steps
  }

  /// The kind of a step and what it is given.
  private func open(
    _ value: ManifestValue, _ owner: String, _ notes: inout ManifestNotes
  ) -> (String, ManifestValue, String?)? {
    guard value.names.count == 1, let name = value.names.first else {
      notes.refuse(value.place, "must be one step: `- shell: make` or `- git: {repository: …}`")
      return nil
    }
    let place = value.place.appending(.name(JSONText(name)))
    let body = ManifestValue(json: value.json[name] ?? .null, place: place)
    let last = String(name.split(separator: ".").last ?? "")
    let isPrefect =
      name.hasPrefix("prefect.deployments.steps.") || name.hasPrefix("prefect.projects.steps.")
    guard let kind = isPrefect ? Self.prefect[last] : Self.keys[name].map({ _ in name }) else {
      let known = Self.keys.keys.sorted()
      let hint = (known + Self.prefect.keys).nearest(to: last).map { "; did you mean \($0)?" } ?? ""
      notes.refuse(
        place, "is a step that \(owner) cannot take\(hint): use \(known.joined(separator: ", "))")
      return nil
    }
    let id = notes.text(body.member("id"))
    if case .object = body.json {
      guard
        notes.object(
          body, Self.keys[kind]! + ["id", "requires"],
          called: "\(kind == "archive" ? "an" : "a") \(kind) step")
      else { return nil }
    }
    return (kind, body, id)
  }

  private func step(
    _ kind: String, _ body: ManifestValue, _ context: ManifestContext, isPull: Bool,
    _ notes: inout ManifestNotes
  ) -> PullStepManifest? {
    func field(_ names: String..., notes: inout ManifestNotes) -> String? {
      if case .string = body.json { return notes.text(context.filled(body, &notes)) }
      guard let value = names.lazy.compactMap({ body.member($0) }).first else {
        notes.refuse(body.place, "has no \(names[0]): give one")
        return nil
      }
      return notes.text(context.filled(value, &notes))
    }
    func option(_ names: String..., notes: inout ManifestNotes) -> String? {
      names.lazy.compactMap { body.member($0) }.first.flatMap {
        notes.text(context.filled($0, &notes))
      }
    }
    /// Where the step before led to is where this one works anyway.
    func directory(_ notes: inout ManifestNotes) -> String? {
      let directory = option("directory", notes: &notes)
      return directory == "." ? nil : directory
    }
    switch kind {
    case "working_directory":
      return field("path", "directory", notes: &notes).map { .workingDirectory($0) }
    case "git":
      guard let repository = field("repository", notes: &notes) else { return nil }
      return .git(
        repository: repository, branch: option("branch", notes: &notes),
        commit: option("commit", "commit_sha", notes: &notes),
        credentials: credentials(body, &notes),
        submodules: notes.bool(body.member("submodules", "include_submodules")) ?? false)
    case "shell":
      let exports = exports(body.member("env"), context, isPull: isPull, &notes)
      return script(body, context, isPull: isPull, &notes).map {
        .shell(script: exports + $0, directory: directory(&notes))
      }
    case "pip":
      let file = option("requirements", "requirements_file", notes: &notes)
      let alone: String? = if case .string = body.json { notes.text(body) } else { nil }
      return .pip(requirements: alone ?? file ?? "requirements.txt", directory: directory(&notes))
    case "local":
      guard let path = field("path", notes: &notes) else { return nil }
      return .local(path: path, copies: notes.bool(body.member("copy")) ?? false)
    default:
      guard let location = field("url", "path", notes: &notes) else { return nil }
      return .archive(
        location: location, sha256: option("sha256", notes: &notes),
        strip: notes.integer(body.member("strip"), 0...100) ?? 0)
    }
  }

  private func script(
    _ body: ManifestValue, _ context: ManifestContext, isPull: Bool, _ notes: inout ManifestNotes
  ) -> String? {
    var value = body
    if case .object = body.json {
      guard let script = body.member("script") else {
        notes.refuse(body.place, "has no script: give one")
        return nil
      }
      value = script
    }
    guard let text = notes.text(value) else { return nil }
    let line = isPull ? ManifestContext.leavingEnvironment(text) : text
    return notes.text(
      context.filled(ManifestValue(json: .string(JSONText(line)), place: value.place), &notes))
  }

  /// The variable of the worker's environment that holds a token. The token itself has no place in a file.
  private func credentials(_ body: ManifestValue, _ notes: inout ManifestNotes) -> String? {
    if let name = body.member("credentials"), case .string(let text) = name.json,
      !text.text.contains("{{")
    {
      return text.text
    }
    guard let token = body.member("access_token") ?? body.member("credentials") else { return nil }
    if case .string(let text) = token.json {
      let pieces = ManifestContext.pieces(text.text)
      if pieces.count == 1, case .reference(_, .environment(let name)) = pieces[0] { return name }
    }
    notes.refuse(
      token.place,
      "must name a variable of the worker's environment that holds the token: {{ $GIT_TOKEN }}")
    return nil
  }
}
