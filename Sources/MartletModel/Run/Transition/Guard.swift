// Decides what a row of the state machine may ask about run, report and parent: each question has a
// closed list of answers, of which exactly one is true.

/// An answer to one of the questions a row may ask.
public enum Guard: UInt8, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  // Who reports?
  /// The report has the run's epoch and the execution bound to it.
  case owner
  /// The report has the next epoch: it would take the run.
  case claimant
  /// The report has the run's epoch, and no execution is bound.
  case unbound
  /// The report has neither the run's epoch nor the next.
  case staleEpoch
  /// The report has the run's epoch, and another execution is bound.
  case otherExecution
  /// The report has the run's epoch, and its execution was bound and let the run go by itself.
  case released

  // Is it the report whose turn it is? (A claimant counts from 1.)
  /// It is the next.
  case next
  /// It was answered before.
  case repeated
  /// One before it is missing.
  case gap

  // Is the run's due time reached?
  /// It is, or there is none.
  case due
  /// It is not; or a due time passed that the run no longer has.
  case early

  // Does the enclosing run let it start?
  /// There is none, or it goes on. A presumptive crash counts as going on.
  case parentOpen
  /// It is paused.
  case parentPaused
  /// It is being cancelled or cancelled; or it ended, and this is a task.
  case parentStopped

  // Is CRASHED certain?
  /// It was concluded from a lapsed lease.
  case presumptive
  /// It is certain, or the run is not CRASHED.
  case final

  // Does the proposal change the name of the state?
  /// It does.
  case renames
  /// It does not.
  case sameName

  // Is a repeated create the same create?
  /// Namespace and content are the same.
  case sameContent
  /// They are not.
  case otherContent

  // Is the run held by the session that lapsed?
  /// It is.
  case holdsRun
  /// It is not, or no longer.
  case holdsNot

  // Has the run an owner?
  /// An execution is bound.
  case owned
  /// None is bound.
  case unowned

  // Does the run's policy try it again after this?
  /// It does, and the owner keeps the run.
  case retryInProcess
  /// It does, and whoever claims the run next is its owner.
  case retryRescheduled
  /// It does not, or no longer; or another attempt would not help.
  case noRetry

  // Is it late?
  /// It waits under its plain name, and its due time passed a while ago.
  case overdue
  /// It does not.
  case timely

  // What kind of pause does the owner propose?
  /// Its process waits.
  case processWaits
  /// Its process ends and lets the run go.
  case suspends
  /// One that was resumed before.
  case pausedBefore

  // What becomes of the run when its owner is lost?
  /// It crashes.
  case lossCrashes
  /// It is run again.
  case lossReruns
  /// It waits for its owner.
  case lossWaits

  // Does a start go on from a pause?
  /// It does: the process that waited goes on.
  case continues
  /// It does not: the user's code begins.
  case begins

  // Does the operator insist?
  /// They do.
  case forced
  /// They do not.
  case unforced

  // What sort of state does the operator ask for, or is told?
  /// One in which nobody has the run: SCHEDULED, PAUSED.
  case asksIdle
  /// One that only an owner can be in: PENDING, RUNNING.
  case asksOwned
  /// That its owner stops: CANCELLING.
  case asksCancelling
  /// An end.
  case asksEnd

  // Has the run the slots that it needs to be RUNNING?
  /// It has, or needs none.
  case slotsReady
  /// It stands in line for them.
  case slotsFull
  /// They are not free, and it was not to stand in line.
  case slotsRefused
  /// There will never be as many.
  case slotsClosed

  // Is what is told the newest that was told of the run?
  /// It is.
  case newest
  /// Something later was told before.
  case overtaken

  // Whose word is the run's state?
  /// That of its process, which told it.
  case wordOfTeller
  /// The server's, only because the enclosing run stopped: what was told before it is true all the same.
  case wordOfParent
  /// The server's or an operator's, for another reason; or no state of the run was ever told.
  case wordOfServer

  // Does a cancellation set the run a sooner bound than it has?
  /// It does.
  case sooner
  /// It does not, or the run is not CANCELLING.
  case notSooner

  /// The stable name, served and printed.
  public var description: String {
    switch self {
    case .owner: "owner"
    case .claimant: "claimant"
    case .unbound: "unbound"
    case .staleEpoch: "stale epoch"
    case .otherExecution: "other execution"
    case .released: "released"
    case .next: "next seq"
    case .repeated: "repeated seq"
    case .gap: "seq gap"
    case .due: "due"
    case .early: "early"
    case .parentOpen: "parent open"
    case .parentPaused: "parent paused"
    case .parentStopped: "parent stopped"
    case .presumptive: "presumptive"
    case .final: "final"
    case .renames: "renames"
    case .sameName: "same name"
    case .sameContent: "same content"
    case .otherContent: "other content"
    case .holdsRun: "session holds run"
    case .holdsNot: "session holds it not"
    case .owned: "owned"
    case .unowned: "unowned"
    case .retryInProcess: "retry in process"
    case .retryRescheduled: "retry rescheduled"
    case .noRetry: "no retry"
    case .overdue: "overdue"
    case .timely: "timely"
    case .processWaits: "process waits"
    case .suspends: "suspends"
    case .pausedBefore: "paused before"
    case .lossCrashes: "loss crashes"
    case .lossReruns: "loss reruns"
    case .lossWaits: "loss waits"
    case .continues: "continues"
    case .begins: "begins"
    case .forced: "forced"
    case .unforced: "unforced"
    case .asksIdle: "asks idle"
    case .asksOwned: "asks owned"
    case .asksCancelling: "asks cancelling"
    case .asksEnd: "asks end"
    case .slotsReady: "slots ready"
    case .slotsFull: "slots full"
    case .slotsRefused: "slots refused"
    case .slotsClosed: "slots closed"
    case .newest: "newest"
    case .overtaken: "overtaken"
    case .wordOfTeller: "word of teller"
    case .wordOfParent: "word of parent"
    case .wordOfServer: "word of server"
    case .sooner: "sooner"
    case .notSooner: "not sooner"
    }
  }

  /// The questions: the answers to one exclude each other, and one of them is always true.
  public static let questions: [[Guard]] = [
    [.owner, .claimant, .unbound, .staleEpoch, .otherExecution, .released],
    [.next, .repeated, .gap],
    [.due, .early],
    [.parentOpen, .parentPaused, .parentStopped],
    [.presumptive, .final],
    [.renames, .sameName],
    [.sameContent, .otherContent],
    [.holdsRun, .holdsNot],
    [.owned, .unowned],
    [.retryInProcess, .retryRescheduled, .noRetry],
    [.overdue, .timely],
    [.processWaits, .suspends, .pausedBefore],
    [.lossCrashes, .lossReruns, .lossWaits],
    [.continues, .begins],
    [.forced, .unforced],
    [.asksIdle, .asksOwned, .asksCancelling, .asksEnd],
    [.slotsReady, .slotsFull, .slotsRefused, .slotsClosed],
    [.newest, .overtaken],
    [.wordOfTeller, .wordOfParent, .wordOfServer],
    [.sooner, .notSooner],
  ]
}

/// A set of answers: of one situation (one answer to each question), or those a row lets pass.
public struct GuardSet: OptionSet, Sendable, Hashable {
  /// Bit n is the answer with number n.
  public let rawValue: UInt64

  /// Takes the bits.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The set of one answer.
  @inline(__always)
  public init(_ answer: Guard) { rawValue = 1 << UInt64(answer.rawValue) }

  /// The set of some answers.
  public init(_ answers: [Guard]) {
    rawValue = answers.reduce(0) { $0 | GuardSet($1).rawValue }
  }

  /// What a row with these guards lets pass: every answer to the questions it does not ask.
  public static func passing(_ guards: [Guard]) -> GuardSet {
    let asked = GuardSet(guards)
    return Guard.questions.reduce(asked) { passing, question in
      let answers = GuardSet(question)
      return asked.isDisjoint(with: answers) ? passing.union(answers) : passing
    }
  }

  /// Whether the answer is a member.
  public func contains(_ answer: Guard) -> Bool { rawValue & GuardSet(answer).rawValue != 0 }
}
