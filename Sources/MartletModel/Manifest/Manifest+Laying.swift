// Decides what things come to when a manifest is laid over them: what it does not say stays.

extension PoolManifest {
  /// The pool that is wanted, over what there is.
  public func laid(over current: PoolManifest) -> PoolManifest {
    var result = current
    result.type = type ?? current.type
    result.description = description ?? current.description
    result.limit = limit ?? current.limit
    result.isPaused = isPaused ?? current.isPaused
    result.template = template ?? current.template
    var there = current.queues ?? []
    for queue in queues ?? [] {
      guard let index = there.firstIndex(where: { $0.name == queue.name }) else {
        there.append(queue)
        continue
      }
      there[index].priority = queue.priority ?? there[index].priority
      there[index].limit = queue.limit ?? there[index].limit
      there[index].description = queue.description ?? there[index].description
      there[index].isPaused = queue.isPaused ?? there[index].isPaused
    }
    result.queues = there
    return result
  }
}

extension LimitManifest {
  /// The limit that is wanted, over what there is.
  public func laid(over current: LimitManifest) -> LimitManifest {
    var result = self
    result.decay = decay ?? current.decay
    result.description = description ?? current.description
    result.isDisabled = isDisabled ?? current.isDisabled
    return result
  }
}

extension VariableManifest {
  /// The tree of the variable.
  public var normal: JSON {
    .object([("value", value), ("tags", tags.map { .texts($0) })])
  }

  /// The variable that is wanted, over what there is.
  public func laid(over current: VariableManifest) -> VariableManifest {
    var result = self
    result.tags = tags ?? current.tags
    return result
  }
}
