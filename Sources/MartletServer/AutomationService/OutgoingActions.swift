// Decides how others are told of firings, and webhooks called: as a block says, which is read as its owner wrote it. Only an
// answer of success is a deed; one that may be another the next time is asked for again.

internal import MartletCall
internal import MartletEngine
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

/// Does actions outside.
struct OutgoingActions {
  let blocks: BlockHandlers
  let client: OutgoingClient
  let task: AutomationTask
  let context: CallContext

  /// Tells somebody.
  func notify(_ block: UUIDValue, subject: String, body: String) async throws -> ActionOutcome {
    try await perform(block) { type, data throws(InvalidValue) in
      try NotificationRequests.notify(
        NotificationText(subject: subject, body: body, id: task.id.description), by: type, data)
    }
  }

  /// Calls a webhook.
  func call(_ block: UUIDValue, payload: String) async throws -> ActionOutcome {
    try await perform(block) { type, data throws(InvalidValue) in
      [try NotificationRequests.webhook(payload, by: type, data, id: task.id.description)]
    }
  }

  private func perform(
    _ id: UUIDValue, _ requests: (String, JSON) throws(InvalidValue) -> [OutgoingRequest]
  ) async throws -> ActionOutcome {
    let answer = try await blocks.getBlock(
      GetBlockRequest(id: id.text, includeSecrets: true), context: context)
    guard let block = answer.block else { return .failed("there is no block \(id.text)") }
    var details = ActionDetails()
    details.related = [
      MartletStore.EventResource(
        id: "martlet.block-document.\(block.id)", role: "block",
        labels: ["name": block.name, "prefect.resource.name": block.name]),
      MartletStore.EventResource(
        id: "martlet.block-type.\(block.blockTypeSlug)", role: "block-type"),
    ]
    guard block.references.isEmpty else {
      return .failed("the block refers to others, which is not followed here", details)
    }
    let wanted: [OutgoingRequest]
    do throws(InvalidValue) {
      wanted = try requests(block.blockTypeSlug, try block.data.json("block.data"))
    } catch { return .failed(error.description, details) }
    // At the same time: together they may take no longer than one.
    let answers = await withTaskGroup { group in
      for request in wanted { group.addTask { await ask(request) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    var delay: String?
    for answer in answers {
      switch answer {
      case .success(let answer):
        if delay == nil { details.payload = JSONMembers(answer.told) }
        switch answer.meaning {
        case .done: continue
        case .later: delay = "the answer was \(answer.status)"
        case .refused: return .failed("the answer was \(answer.status)", details)
        }
      case .failure(.refused(let why)): return .failed(why, details)
      case .failure(.unanswered(let why)): delay = why
      }
    }
    if let delay { throw ActionDelayed(delay, details) }
    return .executed([], details)
  }

  private func ask(_ request: OutgoingRequest) async -> Result<OutgoingAnswer, OutgoingFault> {
    do { return .success(try await client.send(request)) } catch {
      return .failure(error as? OutgoingFault ?? .unanswered("\(error)"))
    }
  }
}
