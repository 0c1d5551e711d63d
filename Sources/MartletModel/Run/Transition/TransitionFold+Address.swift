// Decides which commands reach the table at all, and what the enclosing run says to them.

extension TransitionFold {
  /// What keeps a command from reaching the table: another namespace, or an unknown parent.
  func addressError(_ command: Command, slot: Int?) -> CommandError? {
    switch command {
    case .report(let report):
      switch report.item {
      case .propose:
        if let slot, entries[slot].run.namespace != report.namespace {
          return .notFound(report.runID)
        }
        if report.executionID == nil {
          return .invalid(InvalidValue("execution_id", "is required with a proposal"))
        }
      case .create, .tell:
        if let slot {
          if entries[slot].run.namespace != report.namespace {
            return .alreadyExists(report.runID)
          }
          break
        }
        guard let new = report.newRun else { return .notFound(report.runID) }
        if let parent = new.parentID {
          guard let slot = slots[parent], entries[slot].run.namespace == report.namespace else {
            return .parentNotFound(parent)
          }
          // One that came from elsewhere may be there before the run that encloses it.
          if [entries[slot].run.parentID, entries[slot].run.rootID].contains(report.runID) {
            let field = report.tale == nil ? "create.parent_id" : "tell.run.parent_id"
            return .invalid(InvalidValue(field, "would make the run enclose itself"))
          }
        }
      }
    case .cancel(let cancellation):
      if let slot, entries[slot].run.namespace != cancellation.namespace {
        return .notFound(cancellation.runID)
      }
    case .pause(let request):
      if let slot, entries[slot].run.namespace != request.namespace {
        return .notFound(request.runID)
      }
    case .resume(let request):
      guard let slot else { break }
      let run = entries[slot].run
      if run.namespace != request.namespace { return .notFound(request.runID) }
      if run.revision != request.revision { return .outdated(revision: run.revision) }
    case .retry(let request):
      if let slot, entries[slot].run.namespace != request.namespace {
        return .notFound(request.runID)
      }
    case .setState(let request):
      if let slot, entries[slot].run.namespace != request.namespace {
        return .notFound(request.runID)
      }
    case .sessionLapsed, .dueTimePassed, .offer, .withdrawOffer, .hold: break
    }
    return nil
  }

  /// What the enclosing run says, where a command may start the run. An unknown one lets it start.
  func parentAnswer(to command: Command, slot: Int?) -> Guard {
    let parent: RunID?
    // What a process says late may have begun before the enclosing run ended.
    var start: Instant?
    var kind = slot.map { entries[$0].run.kind } ?? .flow
    switch command {
    case .report(let report):
      switch report.item {
      case .create(let new):
        parent = new.parentID
        kind = new.kind
        start = report.observedTime
      case .propose(let state):
        guard state.type == .running || state.type == .pending else { return .parentOpen }
        parent = slot.flatMap { entries[$0].run.parentID }
        start = report.observedTime
      // It is not asked whether it may: it has happened.
      case .tell: return .parentOpen
      }
    case .offer, .retry: parent = slot.flatMap { entries[$0].run.parentID }
    case .cancel, .sessionLapsed, .dueTimePassed, .withdrawOffer, .pause, .resume, .setState, .hold:
      return .parentOpen
    }
    guard let parent, let slot = slots[parent] else { return .parentOpen }
    return entries[slot].run.answer(toChildOf: kind, begun: start)
  }
}
