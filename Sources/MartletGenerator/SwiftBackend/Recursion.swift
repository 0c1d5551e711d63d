// Decides which fields need a box: those through which a message would contain itself.

/// The cycles among messages that hold each other directly. Repeated fields and maps are on the heap anyway.
struct Recursion {
  private var reachable: [String: Set<String>] = [:]

  init(_ model: ProtoSet) {
    let messages = model.files.flatMap(\.messages).flatMap(\.withNested)
    var direct: [String: Set<String>] = [:]
    for message in messages {
      var targets: Set<String> = []
      for field in message.fields {
        switch field.cardinality {
        case .implicit, .optional, .oneof:
          if case .message(let target) = field.kind { targets.insert(target) }
        case .repeated, .map: break
        }
      }
      direct[message.fullName] = targets
    }
    for message in messages {
      var found: Set<String> = []
      var waiting = Array(direct[message.fullName] ?? [])
      while let next = waiting.popLast() {
        if found.insert(next).inserted { waiting += direct[next] ?? [] }
      }
      reachable[message.fullName] = found
    }
  }

  /// Whether a field of `message` leads back to it.
  func needsBox(_ field: ProtoField, of message: ProtoMessage) -> Bool {
    guard case .message(let target) = field.kind else { return false }
    return target == message.fullName || reachable[target]?.contains(message.fullName) == true
  }
}
