// Decides the normal form: one spelling for everything that can be declared, as a tree that reads as itself.

extension Manifest {
  /// The tree of what is declared.
  public var normal: JSON {
    func list(_ values: [JSON]) -> JSON? { values.isEmpty ? nil : .array(values) }
    return .object([
      ("name", name.map { .text($0) }),
      (
        "variables",
        list(
          variables.map { variable in
            .object([
              ("name", .text(variable.name)), ("value", variable.value),
              ("tags", variable.tags.map { .texts($0) }),
            ])
          })
      ),
      ("limits", list(limits.map(\.normal))), ("pools", list(pools.map(\.normal))),
      ("build", list(build.map { $0.step.normal(id: $0.id) })),
      ("deployments", list(deployments.map(\.normal))),
    ])
  }
}

extension DeploymentManifest {
  /// The tree of the deployment.
  public var normal: JSON {
    var (entrypoint, command): (JSON?, JSON?)
    switch work {
    case .entrypoint(let text)?: entrypoint = .text(text)
    case .command(let words)?: command = .texts(words)
    case .script(let line)?: command = .text(line)
    case nil: break
    }
    return .object(
      [
        ("name", .text(name)), ("flow", flow.map { .text($0) }), ("entrypoint", entrypoint),
        ("command", command), ("pool", pool.map { .text($0) }), ("queue", queue.map { .text($0) }),
        ("worker_labels", workerLabels.map(Self.object)), ("image", image.map { .text($0) }),
        ("job_variables", jobVariables.map { .object($0) }),
        ("parameters", parameters.map { .object($0) }), ("parameter_schema", parameterSchema),
        ("enforce_schema", enforcesSchema.map { .bool($0) }),
        ("schedules", schedules.map { .array($0.map(\.normal)) }),
        ("pull", pull.map { .array($0.map { $0.normal(id: nil) }) }),
        (
          "concurrency",
          concurrencyLimit.map { limit in
            .object([
              ("limit", .integer(limit)), ("on_collision", collision.map { .text($0.rawValue) }),
            ])
          }
        ), ("version", version.map { .text($0) }), ("description", description.map { .text($0) }),
        ("tags", tags.map { .texts($0) }),
        ("labels", labels.map(Self.object)), ("timeout", timeout.map { .text($0.duration) }),
      ] + runs.normal + [("paused", isPaused.map { .bool($0) })])
  }

  private static func object(_ labels: [String: String]) -> JSON {
    .object(labels.sorted { $0.key < $1.key }.map { ($0.key, .text($0.value)) })
  }
}

extension ScheduleManifest {
  /// The tree of the schedule.
  public var normal: JSON {
    var members: [(String, JSON?)] = [("name", name.map { .text($0) })]
    switch rule {
    case .cron(let text, let isEitherDay):
      members += [("cron", .text(text)), ("day_or", isEitherDay ? nil : .bool(false))]
    case .interval(let length, let anchor):
      members += [
        ("interval", .text(length.duration)), ("anchor", anchor.map { .text($0.rfc3339) }),
      ]
    case .recurrence(let text): members.append(("rrule", .text(text)))
    }
    return .object(
      members + [
        ("timezone", zone.map { .text($0) }), ("active", isActive.map { .bool($0) }),
        ("parameters", parameters.map { .object($0) }),
        ("catch_up", catchUp.map { .text($0.choice.word) }),
        ("catch_up_within", catchUp?.within.map { .text($0.duration) }),
        ("overlap", overlap.map { .text($0.word) }), ("jitter", jitter.map { .text($0.duration) }),
        ("skipped_times", clock.map { .text($0.skipped == .skip ? "SKIP" : "SHIFT") }),
        ("repeated_times", clock.map { .text($0.repeated.word) }),
        ("start", start.map { .text($0.rfc3339) }), ("end", end.map { .text($0.rfc3339) }),
      ])
  }
}

extension PullStepManifest {
  /// The tree of the step.
  public func normal(id: String?) -> JSON {
    let members: [(String, JSON?)] =
      switch self {
      case .workingDirectory(let path): [("path", .text(path))]
      case .git(let repository, let branch, let commit, let credentials, let submodules):
        [
          ("repository", .text(repository)), ("branch", branch.map { .text($0) }),
          ("commit", commit.map { .text($0) }), ("credentials", credentials.map { .text($0) }),
          ("submodules", submodules ? .bool(true) : nil),
        ]
      case .shell(let script, let directory):
        [("script", .text(script)), ("directory", directory.map { .text($0) })]
      case .pip(let file, let directory):
        [("requirements", .text(file)), ("directory", directory.map { .text($0) })]
      case .local(let path, let copies):
        [("path", .text(path)), ("copy", copies ? .bool(true) : nil)]
      case .archive(let location, let sha256, let strip):
        [
          ("url", .text(location)), ("sha256", sha256.map { .text($0) }),
          ("strip", strip == 0 ? nil : .integer(strip)),
        ]
      }
    return .object([(kind, .object(members + [("id", id.map { .text($0) })]))])
  }
}

extension PoolManifest {
  /// The tree of the pool.
  public var normal: JSON {
    .object([
      ("name", .text(name)), ("type", type.map { .text($0) }),
      ("description", description.map { .text($0) }), ("limit", limit.map { .integer($0) }),
      ("paused", isPaused.map { .bool($0) }), ("template", template),
      (
        "queues",
        queues.map { queues in
          .array(
            queues.map { queue in
              .object([
                ("name", .text(queue.name)), ("priority", queue.priority.map { .integer($0) }),
                ("limit", queue.limit.map { .integer($0) }),
                ("description", queue.description.map { .text($0) }),
                ("paused", queue.isPaused.map { .bool($0) }),
              ])
            })
        }
      ),
    ])
  }
}

extension LimitManifest {
  /// The tree of the limit.
  public var normal: JSON {
    .object([
      ("name", .text(name)), ("slots", .integer(slots)), ("decay", decay.map { .double($0) }),
      ("description", description.map { .text($0) }), ("disabled", isDisabled.map { .bool($0) }),
    ])
  }
}

extension CatchUp.Choice {
  fileprivate var word: String {
    switch self {
    case .none: "NONE"
    case .latest: "LATEST"
    case .all: "ALL"
    }
  }
}

extension Overlap {
  fileprivate var word: String {
    switch self {
    case .allow: "ALLOW"
    case .skip: "SKIP"
    case .bufferOne: "BUFFER_ONE"
    case .cancelRunning: "CANCEL_RUNNING"
    }
  }
}

extension LocalTimePolicy.Repeated {
  fileprivate var word: String {
    switch self {
    case .first: "FIRST"
    case .second: "SECOND"
    case .both: "BOTH"
    }
  }
}
