// Decides how pools, limits and variables are read.

extension ManifestReader {
  /// What may be said of a pool where a deployment names it.
  static let poolReferenceKeys = ["name", "type", "work_queue_name", "queue", "job_variables"]

  private static let poolKeys = [
    "name", "type", "description", "limit", "concurrency_limit", "paused", "template",
    "base_job_template", "queues",
  ]
  private static let queueKeys = [
    "name", "priority", "limit", "concurrency_limit", "description", "paused",
  ]

  /// The pool that a `work_pool` at the top of a file declares by naming its type.
  func pool(declaredBy value: ManifestValue, _ notes: inout ManifestNotes) -> PoolManifest? {
    guard let type = notes.text(value.member("type")), let name = notes.text(value.member("name"))
    else { return nil }
    var pool = PoolManifest(name: name)
    pool.type = type
    return pool
  }

  /// Reads a pool.
  func pool(_ value: ManifestValue, _ notes: inout ManifestNotes) -> PoolManifest? {
    guard notes.object(value, Self.poolKeys, called: "a pool"), let name = name(value, &notes)
    else { return nil }
    var pool = PoolManifest(name: name)
    pool.type = notes.text(value.member("type"))
    pool.description = notes.text(value.member("description"))
    pool.limit = notes.integer(value.member("limit", "concurrency_limit"), 0...Int(Int32.max))
    pool.isPaused = notes.bool(value.member("paused"))
    pool.template = value.member("template", "base_job_template")?.json
    if let queues = notes.list(value.member("queues")) {
      pool.queues = queues.compactMap { queue($0, &notes) }
      let names = pool.queues?.map(\.name) ?? []
      if Set(names).count < names.count {
        notes.refuse(value.place.appending(.name("queues")), "has two queues of one name")
      }
    }
    return pool
  }

  private func queue(
    _ value: ManifestValue, _ notes: inout ManifestNotes
  ) -> QueueManifest? {
    if case .string = value.json { return notes.text(value).map { QueueManifest(name: $0) } }
    guard notes.object(value, Self.queueKeys, called: "a queue"), let name = name(value, &notes)
    else { return nil }
    var queue = QueueManifest(name: name)
    queue.priority = notes.integer(value.member("priority"), 1...Int(Int32.max))
    queue.limit = notes.integer(value.member("limit", "concurrency_limit"), 0...Int(Int32.max))
    queue.description = notes.text(value.member("description"))
    queue.isPaused = notes.bool(value.member("paused"))
    return queue
  }

  /// Reads a limit.
  func limit(_ value: ManifestValue, _ notes: inout ManifestNotes) -> LimitManifest? {
    let keys = [
      "name", "slots", "limit", "decay", "slot_decay_per_second", "description", "disabled",
    ]
    guard notes.object(value, keys, called: "a limit"), let name = name(value, &notes) else {
      return nil
    }
    guard let slots = value.member("slots", "limit") else {
      notes.refuse(value.place, "has no slots: give a number")
      return nil
    }
    guard let count = notes.integer(slots, 0...Int(Int32.max)) else { return nil }
    var limit = LimitManifest(name: name, slots: count)
    if let decay = value.member("decay", "slot_decay_per_second"), let text = notes.text(decay) {
      limit.decay = Double(text.hasSuffix("/s") ? text.dropLast(2) : text[...])
      if limit.decay.map({ !($0 >= 0 && $0.isFinite) }) ?? true {
        notes.refuse(decay.place, "must be a number of slots a second, such as 2/s")
      }
    }
    limit.description = notes.text(value.member("description"))
    limit.isDisabled = notes.bool(value.member("disabled"))
    return limit
  }

  /// Reads variables: names with their values, or a list of objects that may have tags too.
  func variables(_ value: ManifestValue?, _ notes: inout ManifestNotes) -> [VariableManifest] {
    guard let value else { return [] }
    var variables: [VariableManifest] = []
    if case .array = value.json {
      for element in value.elements {
        let element = context.filled(element, &notes)
        guard notes.object(element, ["name", "value", "tags"], called: "a variable"),
          let name = name(element, &notes)
        else { continue }
        variables.append(
          VariableManifest(
            name: name, value: element.json["value"] ?? .null,
            tags: notes.texts(element.member("tags"))))
      }
    } else if notes.members(value) != nil {
      let filled = context.filled(value, &notes)
      variables = value.names.map {
        VariableManifest(name: $0, value: filled.json[$0] ?? .null, tags: nil)
      }
    }
    for (index, variable) in variables.enumerated() {
      let step: JSONPointer.Step =
        if case .array = value.json { .index(index) } else { .name(JSONText(variable.name)) }
      do { try VariableRules.check(name: variable.name, "name") } catch {
        notes.refuse(value.place.appending(step), error.description)
      }
    }
    if Set(variables.map(\.name)).count < variables.count {
      notes.refuse(value.place, "has two variables of one name")
    }
    return variables
  }

  private func name(_ value: ManifestValue, _ notes: inout ManifestNotes) -> String? {
    guard let name = value.member("name") else {
      notes.refuse(value.place, "has no name: give it one")
      return nil
    }
    return notes.text(name)
  }
}
