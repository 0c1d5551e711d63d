// Decides how deployments are listed, and how one is shown.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

struct ListDeployments: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List deployments by flow and name.")
  @Option(help: "Only deployments of this flow.", completion: .flows)
  var flow: String = ""
  @Option(help: "Only deployments of this pool.", completion: .pools)
  var pool: String = ""
  @Option(help: "Only deployments whose runs have this tag; several times for several.")
  var tag: [String] = []
  @Option(help: "Only deployments with this label, KEY=VALUE; several times for several.")
  var label: [String] = []
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    var request = ListDeploymentsRequest()
    request.flow = flow
    request.pool = pool
    request.tags = tag
    for text in label {
      let (key, value) = try pair(text, "--label")
      request.labels[key] = value
    }
    try await Connection.use(connection) { [request] connection in
      var request = request
      request.namespace = connection.namespace
      var response = ListDeploymentsResponse()
      repeat {
        let page = try await connection.client.deployments.listDeployments(request)
        response.deployments += page.deployments
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name:
        for deployment in response.deployments { Terminal.standard.line(deployment.title) }
      case .table:
        var table = Table("name", "id", "work pool", "schedules")
        for deployment in response.deployments {
          table.append(
            .init(deployment.title, .bold), .init(deployment.id, .dim),
            .init(deployment.poolTitle), deployment.scheduleCell)
        }
        Terminal.standard.write(table.render(for: .standard))
      }
      return nil
    }
  }
}

extension Deployment {
  fileprivate var scheduleCell: Table.Cell {
    if paused ?? false { return .init("paused", .yellow) }
    if schedules.isEmpty { return "-" }
    return .init(schedules.map(\.ruleText).joined(separator: ", "))
  }
}

struct GetDeployment: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show one deployment with its schedules.")
  @OptionGroup var reference: DeploymentArgument
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      let deployment = try await connection.deployment(reference.deployment)
      switch format.output {
      case .document(let notation):
        try notation.print(GetDeploymentResponse(deployment: deployment))
      case .name: Terminal.standard.line(deployment.title)
      case .table: try show(deployment)
      }
      return nil
    }
  }

  private func show(_ deployment: Deployment) throws {
    let terminal = Terminal.standard
    func field(_ name: String, _ value: String, _ style: Style? = nil) {
      guard !value.isEmpty else { return }
      let padding = String(repeating: " ", count: max(1, 12 - name.count))
      terminal.line(terminal.styled(name, .dim) + padding + terminal.styled(value, style))
    }
    let spec = deployment.spec ?? DeploymentSpec()
    field("deployment", deployment.title, .bold)
    field("id", deployment.id)
    field("description", deployment.description)
    let isPaused = deployment.paused ?? false
    field("status", isPaused ? "paused" : "active", isPaused ? .yellow : .green)
    field(
      "version",
      "\(deployment.version)" + (spec.versionName.isEmpty ? "" : " (\(spec.versionName))"))
    field("work pool", deployment.poolTitle)
    switch spec.executable {
    case .entrypoint(let text)?: field("entrypoint", text)
    case .shell(let text)?: field("shell", text)
    case .command(let vector)?: field("command", vector.arguments.joined(separator: " "))
    case nil: break
    }
    field("image", spec.image)
    field("pull steps", spec.pullSteps.map(\.title).joined(separator: ", "))
    let parameters = try Table(parametersOf: spec)
    if parameters == nil, let values = spec.parameters, !values.isEmpty {
      field("parameters", try values.jsonText())
    }
    if let variables = spec.jobVariables, !variables.isEmpty {
      field("job vars", try variables.jsonText())
    }
    field("tags", spec.tags.joined(separator: ", "))
    field(
      "labels",
      deployment.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        .joined(separator: ", "))
    if deployment.concurrencyLimit > 0 {
      field("limit", "\(deployment.concurrencyLimit) at a time")
    }
    field("created", deployment.createTime.map { "\(ago($0)) by \(deployment.createdBy)" } ?? "")
    field("updated", deployment.updateTime.map { "\(ago($0)) by \(deployment.updatedBy)" } ?? "")
    if let parameters {
      terminal.line()
      terminal.write(parameters.render(for: terminal))
    }
    if !deployment.schedules.isEmpty {
      terminal.line()
      terminal.write(Table(schedules: deployment.schedules).render(for: terminal))
    }
  }
}

extension PullStep {
  /// What the step does with what.
  fileprivate var title: String {
    switch kind {
    case .git(let step)?:
      let place = step.commit.isEmpty ? step.branch : step.commit
      return "git \(step.repository)" + (place.isEmpty ? "" : " at \(place)")
    case .local(let step)?: return (step.copy ? "a copy of " : "local ") + step.path
    case .archive(let step)?: return "archive \(step.source)"
    case .shell?: return "shell"
    case .pip(let step)?: return "pip \(step.requirements)"
    case .workingDirectory(let step)?: return "working_directory \(step.path)"
    case nil: return "-"
    }
  }
}

/// The two sides of KEY=VALUE.
func pair(_ text: String, _ option: String) throws -> (key: String, value: String) {
  let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
  guard parts.count == 2, !parts[0].isEmpty else {
    throw ValidationError("\(option) takes KEY=VALUE, not \"\(text)\"")
  }
  return (String(parts[0]), String(parts[1]))
}
