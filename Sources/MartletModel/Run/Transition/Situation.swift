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
  ///   - isParentStopped: Whether the enclosing run keeps this one from starting.
  init(
    _ command: Command, on run: RunSnapshot, digest: ContentDigest?, isParentStopped: Bool,
    now: Instant
  ) {
    event = command.kind
    var standing = Guard.unbound
    var order = Guard.next
    var rename = Guard.sameName
    var holds = Guard.holdsNot
    switch command {
    case .report(let report):
      (standing, order) = Self.standing(of: report, on: run)
      if case .propose(let state) = report.item, run.stateName != state.name { rename = .renames }
    case .sessionLapsed(let lapse):
      if run.sessionID == lapse.sessionID { holds = .holdsRun }
    case .withdrawOffer(let offer):
      if run.epoch != offer.epoch {
        standing = .staleEpoch
      } else if run.executionID != nil {
        standing = .otherExecution
      }
    case .cancel, .dueTimePassed, .offer: break
    }
    let isEarly = run.dueTime.map { $0 > now } ?? false
    // Set by set: a list of answers would be an allocation for every report.
    var answers = GuardSet(standing).union(GuardSet(order))
    answers.formUnion(GuardSet(rename))
    answers.formUnion(GuardSet(holds))
    answers.formUnion(isEarly ? GuardSet(.early) : GuardSet(.due))
    answers.formUnion(isParentStopped ? GuardSet(.parentStopped) : GuardSet(.parentOpen))
    answers.formUnion(run.isPresumptive ? GuardSet(.presumptive) : GuardSet(.final))
    answers.formUnion(run.executionID == nil ? GuardSet(.unowned) : GuardSet(.owned))
    answers.formUnion(
      run.contentDigest == digest ? GuardSet(.sameContent) : GuardSet(.otherContent))
    self.answers = answers
  }

  /// The answers for a run that does not exist: only its parent can matter.
  init(ofAbsentRun command: Command, isParentStopped: Bool) {
    event = command.kind
    answers = isParentStopped ? Self.absentUnderStopped : Self.absent
  }

  private static let absent = GuardSet([
    .unbound, .next, .sameName, .holdsNot, .due, .parentOpen, .final, .unowned, .otherContent,
  ])
  private static let absentUnderStopped = absent.symmetricDifference(
    GuardSet([.parentOpen, .parentStopped]))

  /// Who a report's sender is to a run, and whether it is the report whose turn it is.
  private static func standing(of report: Report, on run: RunSnapshot) -> (Guard, Guard) {
    let standing: Guard
    var last = run.lastSeq
    if report.epoch == run.epoch {
      if let bound = run.executionID {
        standing = bound == report.executionID ? .owner : .otherExecution
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

extension Command {
  /// The event it is to the state machine.
  var kind: EventKind {
    switch self {
    case .report(let report):
      switch report.item {
      case .create: report.executionID == nil ? .create : .createClaimed
      case .propose(let state): EventKind(proposing: state.type)
      }
    case .cancel: .cancel
    case .sessionLapsed: .sessionLapsed
    case .dueTimePassed: .dueTimePassed
    case .offer: .offer
    case .withdrawOffer: .withdrawOffer
    }
  }
}

extension RunSnapshot {
  /// Whether this run, as the enclosing one, keeps a child of a kind from starting.
  ///
  /// A cancelled or cancelling run stops every child; one that ended otherwise stops its tasks and
  /// steps, but not a subflow of its own process or deployment. A presumptive crash stops nothing:
  /// the work that goes on behind it must not be thrown away.
  func stops(childOf kind: RunKind) -> Bool {
    switch stateType {
    case .cancelling, .cancelled: true
    case .completed, .failed: kind != .flow
    case .crashed: kind != .flow && !isPresumptive
    case .scheduled, .pending, .running, .paused: false
    }
  }
}
