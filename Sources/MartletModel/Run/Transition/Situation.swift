// Decides which answers are true of a command and a run: the facts that the state machine's guards ask for.

/// An event with the answers to every question a row may ask.
struct Situation {
  /// What happens.
  let event: EventKind
  /// One answer to each question.
  let answers: GuardSet

  /// Works out the answers for a run that exists.
  ///
  /// - Parameters:
  ///   - digest: The digest of the content, for creates.
  ///   - parent: What the enclosing run says to a start.
  ///   - slots: What the limits say to it.
  ///   - isKnown: Whether what it tells was told before.
  init(
    _ command: Command, on run: RunSnapshot, digest: ContentDigest?, parent: Guard,
    slots: Guard = .slotsReady, isKnown: Bool = false, now: Instant, timing: TransitionTiming
  ) {
    event = command.kind
    var standing = Guard.unbound
    var order = Guard.next
    var rename = Guard.sameName
    var holds = Guard.holdsNot
    var isEarly = run.dueTime.map { $0 > now } ?? false
    // What few commands ask, or few runs answer otherwise.
    var rare = Self.usual
    switch command {
    case .report(let report):
      if let tale = report.tale {
        standing = Self.standing(ofTeller: report, on: run)
        if isKnown { order = .repeated }
        rare = run.answers(to: tale, at: report.observedTime)
      } else {
        (standing, order) = Self.standing(of: report, on: run)
      }
      if case .propose(let state) = report.item {
        if run.stateName != state.name { rename = .renames }
        switch state.detail {
        case .failed(let failed): rare = run.goingOn(run.retry(after: failed))
        case .crashed: rare = run.goingOn(run.retryAfterCrash)
        case .paused(let paused): rare = run.answers(to: paused)
        case .running: if !run.isUntallied, run.tally.isMidway { rare = Self.midway }
        default: break
        }
      }
    case .sessionLapsed(let lapse):
      if run.sessionID == lapse.sessionID { holds = .holdsRun }
      rare = run.answersToLoss
    case .dueTimePassed:
      if run.dueTime == nil { isEarly = true }
      rare = run.answersToTime(now: now, timing: timing)
    case .withdrawOffer(let offer):
      if run.epoch != offer.epoch {
        standing = .staleEpoch
      } else if run.executionID != nil {
        standing = .otherExecution
      }
    case .retry(let request): if request.isForced { rare = Self.usual(but: .forced) }
    case .setState(let request):
      rare = Self.usual(but: request.state.type.asked)
      if request.isForced { rare = rare.answering(.forced) }
    case .hold: if run.stateName != RunState.awaitingSlot { rename = .renames }
    case .cancel(let cancellation):
      if run.isStopped(soonerBy: cancellation, now: now) { rare = Self.usual(but: .sooner) }
    case .offer, .pause, .resume: break
    }
    if slots != .slotsReady { rare = rare.answering(slots) }
    // Set by set: a list of answers would be an allocation for every report.
    var answers = GuardSet(standing).union(GuardSet(order)).union(rare)
    answers.formUnion(GuardSet(rename))
    answers.formUnion(GuardSet(holds))
    answers.formUnion(isEarly ? GuardSet(.early) : GuardSet(.due))
    answers.formUnion(GuardSet(parent))
    answers.formUnion(run.isPresumptive ? GuardSet(.presumptive) : GuardSet(.final))
    answers.formUnion(run.executionID == nil ? GuardSet(.unowned) : GuardSet(.owned))
    answers.formUnion(
      run.contentDigest == digest ? GuardSet(.sameContent) : GuardSet(.otherContent))
    self.answers = answers
  }

  /// The answers for a run that does not exist: only its parent can matter.
  init(ofAbsentRun command: Command, parent: Guard) {
    event = command.kind
    answers = Self.absent.union(GuardSet(parent))
  }

  private static let absent = usual.union(
    GuardSet([.unbound, .next, .sameName, .holdsNot, .due, .final, .unowned, .otherContent]))

  /// What is answered to the rare questions by most runs and commands.
  private static let usual = GuardSet([
    .noRetry, .timely, .processWaits, .lossCrashes, .begins, .unforced, .asksIdle,
    .slotsReady, .newest, .wordOfServer, .notSooner,
  ])
  private static let midway = usual(but: .continues)

  /// The usual answers, but for one question.
  fileprivate static func usual(but answer: Guard) -> GuardSet { usual.answering(answer) }

  /// Who it is that tells of a run.
  private static func standing(ofTeller report: Report, on run: RunSnapshot) -> Guard {
    guard let bound = run.executionID else { return .unbound }
    return bound == report.executionID ? .owner : .otherExecution
  }

  /// Who a report's sender is to a run, and whether it is the report whose turn it is.
  private static func standing(of report: Report, on run: RunSnapshot) -> (Guard, Guard) {
    let standing: Guard
    var last = run.lastSeq
    if report.epoch == run.epoch {
      if let bound = run.executionID {
        standing = bound == report.executionID ? .owner : .otherExecution
      } else if !run.isUntallied, let released = run.tally.released,
        released == report.executionID
      {
        standing = .released
      } else {
        standing = .unbound
      }
    } else if report.epoch == run.epoch + 1 {
      standing = .claimant
      last = 0
    } else {
      standing = .staleEpoch
    }
    // A subtraction cannot overflow: neither is negative.
    let order: Guard =
      report.seq <= last ? .repeated : report.seq - last == 1 ? .next : .gap
    return (standing, order)
  }
}

extension GuardSet {
  /// The set with another answer to the question that this one answers.
  fileprivate func answering(_ answer: Guard) -> GuardSet {
    for question in Guard.questions where question.contains(answer) {
      return subtracting(GuardSet(question)).union(GuardSet(answer))
    }
    return self
  }
}

extension RunSnapshot {
  /// The rare answers when the user's code failed.
  fileprivate func retry(after failed: RunState.Failed) -> GuardSet {
    guard !isPlain, failed.retriable != false else { return Situation.usual(but: .noRetry) }
    return Situation.usual(but: nextRetry)
  }

  /// The rare answers when its process crashed and its owner says so.
  fileprivate var retryAfterCrash: GuardSet {
    guard !isPlain, policy.retry?.retriesCrashes == true else {
      return Situation.usual(but: .noRetry)
    }
    return Situation.usual(but: nextRetry)
  }

  /// Some answers, and whether its owner's code was begun before its pause.
  fileprivate func goingOn(_ answers: GuardSet) -> GuardSet {
    !isUntallied && tally.isMidway ? answers.answering(.continues) : answers
  }

  /// Whether a retry is left, and whose it is.
  private var nextRetry: Guard {
    guard let retry = policy.retry, tally.retries < retry.maxRetries else { return .noRetry }
    return retry.mode == .inProcess ? .retryInProcess : .retryRescheduled
  }

  /// The rare answers when its owner would pause it.
  fileprivate func answers(to paused: RunState.Paused) -> GuardSet {
    if !paused.key.isEmpty, !isUntallied, tally.resumedKeys.contains(paused.key) {
      return Situation.usual(but: .pausedBefore)
    }
    return Situation.usual(but: paused.isSuspended ? .suspends : .processWaits)
  }

  /// The rare answers when something is told of it.
  fileprivate func answers(to tale: Report.Tale, at time: Instant?) -> GuardSet {
    var answers = Situation.usual(but: tale.state.type.asked)
    guard !isUntallied else { return answers }
    let last = [tally.toldTime, tally.orderTime].compactMap(\.self).max()
    // Of two at one time the end is the later, but for another try.
    let isBeforeEnd =
      stateType.isTerminal && !tale.state.type.isTerminal && tale.state.type != .scheduled
    if let last, let time, time < last || (time == last && isBeforeEnd) {
      answers = answers.answering(.overtaken)
    }
    switch tally.word {
    case .teller?: answers = answers.answering(.wordOfTeller)
    case .parent?: answers = answers.answering(.wordOfParent)
    case nil: break
    }
    return answers
  }

  /// The rare answers when its session lapsed.
  fileprivate var answersToLoss: GuardSet {
    // A process that waits runs no code that a second one could meet. One that was paused by an operator may not
    // have waited, nor noticed that it was resumed.
    if stateType == .paused || stateType == .scheduled,
      isUntallied || !(tally.isMidway && tally.isPauseAsked)
    {
      return Situation.usual(but: .lossReruns)
    }
    guard !isPlain else { return Situation.usual(but: .lossCrashes) }
    switch policy.loss {
    case .crash: return Situation.usual(but: .lossCrashes)
    case .rerun(let most):
      return Situation.usual(but: tally.losses < most ? .lossReruns : .lossCrashes)
    case .wait: return Situation.usual(but: .lossWaits)
    }
  }

  /// Whether it is CANCELLING, and a cancellation now would set it a sooner bound.
  fileprivate func isStopped(soonerBy cancellation: Cancellation, now: Instant) -> Bool {
    guard stateType == .cancelling else { return false }
    guard let dueTime else { return true }
    return nextTransitionTime(now) + cancellation.bound < dueTime
  }

  /// The rare answers when a due time passed.
  fileprivate func answersToTime(now: Instant, timing: TransitionTiming) -> GuardSet {
    let answers = Situation.usual(but: isPlain ? .noRetry : nextRetry)
    guard let late = lateTime(timing), late <= now else { return answers }
    return answers.answering(.overdue)
  }
}

extension StateType {
  /// What sort of state it is to an operator who asks for it.
  fileprivate var asked: Guard {
    switch self {
    case .scheduled, .paused: .asksIdle
    case .pending, .running: .asksOwned
    case .cancelling: .asksCancelling
    case .completed, .failed, .cancelled, .crashed: .asksEnd
    }
  }
}

extension Command {
  /// The event it is to the state machine.
  var kind: EventKind {
    switch self {
    case .report(let report):
      switch report.item {
      case .create: report.executionID == nil ? .create : .createClaimed
      case .propose(let state): EventKind(proposing: state.type)
      case .tell: .tell
      }
    case .cancel: .cancel
    case .sessionLapsed: .sessionLapsed
    case .dueTimePassed: .dueTimePassed
    case .offer: .offer
    case .withdrawOffer: .withdrawOffer
    case .pause: .pause
    case .resume: .resume
    case .retry(let request): request.dueTime == nil ? .retry : .reschedule
    case .setState: .setState
    case .hold: .hold
    }
  }
}

extension RunSnapshot {
  /// What this run, as the enclosing one, says to a child of a kind that would start.
  ///
  /// A cancelled or cancelling run stops every child; one that ended otherwise stops its tasks and
  /// steps, but not a subflow of its own process or deployment, nor what began before that end: its process could not say so
  /// in time, and what it has done is not thrown away. A presumptive crash stops nothing, for the same reason. A paused one
  /// has its children wait.
  ///
  /// - Parameter start: When the child's process says that it began; nil when none says so.
  func answer(toChildOf kind: RunKind, begun start: Instant? = nil) -> Guard {
    switch stateType {
    case .cancelling, .cancelled: .parentStopped
    case .completed, .failed: kind == .flow || isLater(than: start) ? .parentOpen : .parentStopped
    case .crashed:
      kind == .flow || isPresumptive || isLater(than: start) ? .parentOpen : .parentStopped
    case .paused: .parentPaused
    case .scheduled, .pending, .running: .parentOpen
    }
  }

  private func isLater(than start: Instant?) -> Bool {
    guard let start, let endTime else { return false }
    return start < endTime
  }
}
