// Decides how a declared deployment is laid over what the server has: what is not said stays.

import MartletModel
import MartletProto
import MartletWire

extension Deployment {
  /// The label that names who made it by `apply`.
  static let ownerLabel = "martlet.manifest"

  /// Becomes what a manifest says, where it says something.
  ///
  /// - Parameter directory: where the files are; a worker goes there when no steps say where the code is.
  mutating func take(_ manifest: DeploymentManifest, directory: String) {
    name = manifest.name
    if let text = manifest.description { description = text }
    if let wanted = manifest.labels {
      let owner = labels[Self.ownerLabel]
      labels = wanted
      labels[Self.ownerLabel] = labels[Self.ownerLabel] ?? owner
    }
    if let isPaused = manifest.isPaused { paused = isPaused }
    if let limit = manifest.concurrencyLimit { concurrencyLimit = Int32(limit) }
    switch manifest.collision {
    case .enqueue?: collisionStrategy = .enqueue
    case .cancelNew?: collisionStrategy = .cancelNew
    case nil: break
    }
    if let wanted = manifest.schedules {
      let there = schedules
      schedules = wanted.map { schedule in
        var message = there.first { schedule.isMeant(by: $0) } ?? MartletProto.Schedule()
        message.take(schedule)
        return message
      }
    }
    var spec = spec ?? MartletProto.DeploymentSpec()
    spec.take(manifest)
    if manifest.pull == nil, spec.pullSteps.isEmpty, spec.executable != nil {
      var place = MartletProto.PullStep.WorkingDirectory()
      place.path = directory
      var step = MartletProto.PullStep()
      step.kind = .workingDirectory(place)
      spec.pullSteps = [step]
    }
    self.spec = spec
  }

  /// Everything that a manifest could say of it.
  var manifest: DeploymentManifest {
    var manifest = DeploymentManifest(name: name)
    manifest.flow = flow
    let spec = spec ?? MartletProto.DeploymentSpec()
    switch spec.executable {
    case .entrypoint(let text)?: manifest.work = .entrypoint(text)
    case .shell(let line)?: manifest.work = .script(line)
    case .command(let vector)?: manifest.work = .command(vector.arguments)
    case nil: break
    }
    func text(_ text: String) -> String? { text.isEmpty ? nil : text }
    manifest.pool = text(spec.pool)
    manifest.queue = text(spec.queue)
    manifest.jobVariables = spec.jobVariables.map { JSONMembers($0) }
    manifest.parameters = spec.parameters.map { JSONMembers($0) }
    manifest.parameterSchema = spec.parameterSchema.map { .object(JSONMembers($0)) }
    manifest.enforcesSchema = !spec.allowAnyParameters
    manifest.schedules = schedules.compactMap(\.manifest)
    manifest.pull = spec.pullSteps.compactMap(\.manifest)
    if concurrencyLimit > 0 {
      manifest.concurrencyLimit = Int(concurrencyLimit)
      manifest.collision = collisionStrategy == .cancelNew ? .cancelNew : .enqueue
    }
    manifest.version = text(spec.versionName)
    manifest.description = text(description)
    manifest.tags = spec.tags
    manifest.labels = labels.filter { $0.key != Self.ownerLabel }
    manifest.image = text(spec.image)
    manifest.workerLabels = spec.workerLabels
    manifest.timeout = spec.timeout.map { Interval($0) }
    manifest.runs = spec.runPolicy
    manifest.isPaused = paused ?? false
    return manifest
  }
}

extension MartletProto.DeploymentSpec {
  fileprivate mutating func take(_ manifest: DeploymentManifest) {
    switch manifest.work {
    case .entrypoint(let text)?: executable = .entrypoint(text)
    case .script(let line)?: executable = .shell(line)
    case .command(let words)?: executable = .command(ArgumentVector(arguments: words))
    case nil: break
    }
    if let text = manifest.version { versionName = text }
    if let name = manifest.pool {
      // A queue belongs to its pool.
      if name != pool { queue = "" }
      pool = name
    }
    if let name = manifest.queue { queue = name }
    if let labels = manifest.workerLabels { workerLabels = labels }
    if let text = manifest.image { image = text }
    if let steps = manifest.pull { pullSteps = steps.map { MartletProto.PullStep($0) } }
    if let members = manifest.jobVariables { jobVariables = JSONObject(members) }
    if let members = manifest.parameters { parameters = JSONObject(members) }
    if case .object(let members)? = manifest.parameterSchema {
      parameterSchema = JSONObject(members)
    }
    if let enforces = manifest.enforcesSchema { allowAnyParameters = !enforces }
    if let wanted = manifest.tags { tags = wanted }
    if let wanted = manifest.timeout { timeout = wanted.length }
    take(manifest.runs)
  }
}

extension MartletProto.PullStep {
  /// The step as it travels: a worker knows no directories beside the one it has reached.
  init(_ step: PullStepManifest) {
    self.init()
    switch step {
    case .workingDirectory(let path): kind = .workingDirectory(WorkingDirectory(path: path))
    case .git(let repository, let branch, let commit, let credentials, let submodules):
      kind = .git(
        Git(
          repository: repository, branch: branch ?? "", commit: commit ?? "",
          submodules: submodules, tokenVariable: credentials ?? ""))
    case .shell(let script, let directory):
      let place = directory.map { "cd \(shellQuoted($0)) || exit\n" } ?? ""
      kind = .shell(Shell(script: place + script))
    case .pip(let file, let directory):
      kind = .pip(Pip(requirements: directory.map { "\($0)/\(file)" } ?? file))
    case .local(let path, let copies): kind = .local(Local(path: path, copy: copies))
    case .archive(let location, let sha256, let strip):
      kind = .archive(
        Archive(source: location, sha256: sha256 ?? "", stripComponents: Int32(strip)))
    }
  }

  /// The step as a manifest has it; nil for a kind that this program does not know.
  var manifest: PullStepManifest? {
    func text(_ text: String) -> String? { text.isEmpty ? nil : text }
    switch kind {
    case .git(let git)?:
      return .git(
        repository: git.repository, branch: text(git.branch), commit: text(git.commit),
        credentials: text(git.tokenVariable), submodules: git.submodules)
    case .local(let local)?: return .local(path: local.path, copies: local.copy)
    case .archive(let archive)?:
      return .archive(
        location: archive.source, sha256: text(archive.sha256),
        strip: Int(archive.stripComponents))
    case .shell(let shell)?: return .shell(script: shell.script, directory: nil)
    case .pip(let pip)?: return .pip(requirements: pip.requirements, directory: nil)
    case .workingDirectory(let place)?: return .workingDirectory(place.path)
    case nil: return nil
    }
  }
}

/// A text as one word of a shell.
func shellQuoted(_ text: String) -> String {
  "'" + text.replacing("'", with: "'\\''") + "'"
}
