// Decides when work runs on an event loop: tasks and wake-ups that come from the loop itself wait for the
// end of the read batch, those from other threads share one wake-up, and what a turn wrote is flushed once.

import NIOConcurrencyHelpers
public import NIOCore

/// Something with output to flush once a turn of its loop is over.
package protocol LoopTurnParticipant: AnyObject {
  /// Called once, on the loop, at the end of the turn in which it was asked for.
  func turnEnded()
}

/// Runs tasks on one event loop.
///
/// Give it as the executor preference of a task (`Task.immediate(executorPreference:)`), and the task runs
/// on the loop without hops. Jobs enqueued from the loop run at the end of the current read batch; jobs
/// from other threads are collected and cost one wake-up of the loop however many they are.
public final class LoopExecutor: TaskExecutor {
  /// The loop.
  public let loop: any EventLoop
  private let turn: NIOLoopBoundBox<Turn>
  private let arrivals = NIOLockedValueBox(Arrivals())
  private let clock: NIOLoopBoundBox<HTTPDate>

  /// What waits for the end of the turn; touched on the loop only.
  private struct Turn {
    var jobs: [UnownedJob] = []
    var spare: [UnownedJob] = []
    var participants: [any LoopTurnParticipant] = []
    /// Participants of the next turn, after the loop has looked at its sockets.
    var later: [any LoopTurnParticipant] = []
    /// Work of strangers that waits to begin.
    var beginnings: [() -> Void] = []
    /// When the read batch under way began.
    var readingSince: NIODeadline?
    /// How long turns went on since the loop looked at its sockets last, short ones left out.
    var spent = TimeAmount.zero
    /// Whether the loop is past its sockets since: what it reads next, it reads because it looked again.
    var isPastSockets = false
    var isScheduled = false
    var isLaterScheduled = false
    /// Whether what came from other threads waits until the loop has looked at its sockets.
    var leavesArrivals = false
    var isRunning = false

    var isIdle: Bool { jobs.isEmpty && participants.isEmpty && beginnings.isEmpty }
  }

  /// What came from other threads.
  private struct Arrivals {
    var work: [Work] = []
    var isScheduled = false
  }

  private enum Work: Sendable {
    case job(UnownedJob)
    case closure(@Sendable () -> Void)
  }

  /// How long the turns between two looks at the sockets go on, all together: each of many connections may bring
  /// as much work as one turn bears.
  private static let turnTime = TimeAmount.milliseconds(2)
  /// The turns that are too short to be counted.
  private static let shortTurn = TimeAmount.microseconds(100)
  /// How long a read batch goes on beginning what it was asked for.
  private static let readTime = TimeAmount.milliseconds(1)

  /// Makes the executor of a loop. One for each loop is enough; see `LoopExecutorGroup`.
  public init(loop: any EventLoop) {
    self.loop = loop
    turn = NIOLoopBoundBox.makeBoxSendingValue(Turn(), eventLoop: loop)
    clock = NIOLoopBoundBox.makeBoxSendingValue(HTTPDate(), eventLoop: loop)
  }

  /// The `Date` of a response that is written now. On the loop.
  var date: HTTPDate { clock.value }

  /// Takes a job of the concurrency runtime.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if loop.inEventLoop {
      turn.value.jobs.append(job)
      scheduleTurn()
    } else {
      arrive { $0.append(.job(job)) }
    }
  }

  /// Runs closures on the loop, from any thread, in order, for one wake-up in all.
  public func submit(_ closures: [@Sendable () -> Void]) {
    arrive { work in for closure in closures { work.append(.closure(closure)) } }
  }

  /// Runs a closure on the loop, from any thread; those that come close together share one wake-up.
  public func submit(_ closure: @escaping @Sendable () -> Void) {
    arrive { $0.append(.closure(closure)) }
  }

  private func arrive(_ add: (inout [Work]) -> Void) {
    let wakes = arrivals.withLockedValue { arrivals in
      add(&arrivals.work)
      defer { arrivals.isScheduled = true }
      return !arrivals.isScheduled
    }
    if wakes { loop.execute { self.runArrivals() } }
  }

  private func runArrivals() {
    guard turn.value.spent < Self.turnTime else {
      // What comes meanwhile joins them: none asks for a wake-up as long as these wait.
      turn.value.leavesArrivals = true
      return scheduleLater(after: .zero)
    }
    takeArrivals()
    endTurn()
  }

  private func takeArrivals() {
    let work = arrivals.withLockedValue { arrivals in
      arrivals.isScheduled = false
      return exchange(&arrivals.work, with: [])
    }
    let executor = asUnownedTaskExecutor()
    let start = NIODeadline.now()
    // All of it: what became ready together is answered together, and asks again together. What comes meanwhile waits.
    for item in work {
      switch item {
      case .job(let job): job.runSynchronously(on: executor)
      case .closure(let closure): closure()
      }
    }
    spend(NIODeadline.now() - start)
  }

  /// Says that a read batch begins, which `endTurn` ends. On the loop.
  package func beginReading(at now: NIODeadline) {
    if turn.value.isPastSockets { looked() }
    if turn.value.readingSince == nil { turn.value.readingSince = now }
  }

  /// Whether the read batch under way has begun so much that what else it asks for should wait: one read may
  /// bring hundreds of requests, each with work to do before its first suspension. On the loop.
  package var isReadingLong: Bool {
    guard let since = turn.value.readingSince else { return false }
    return !turn.value.beginnings.isEmpty || NIODeadline.now() - since > Self.readTime
  }

  /// Begins work in a turn that has time for it, after what was put off before. On the loop.
  package func beginLater(_ work: @escaping () -> Void) {
    turn.value.beginnings.append(work)
    scheduleTurn()
  }

  /// Asks for `turnEnded` at the end of this turn. On the loop.
  package func participate(_ participant: any LoopTurnParticipant) {
    turn.value.participants.append(participant)
    scheduleTurn()
  }

  /// Asks for `turnEnded` in a turn after the loop has looked at its sockets. On the loop.
  package func participateLater(_ participant: any LoopTurnParticipant) {
    turn.value.later.append(participant)
    scheduleLater(after: .zero)
  }

  private func scheduleTurn() {
    // A turn under way takes what is added to it.
    guard !turn.value.isScheduled, !turn.value.isRunning else { return }
    turn.value.isScheduled = true
    loop.execute {
      self.turn.value.isScheduled = false
      self.endTurn()
    }
  }

  /// Runs the jobs that wait, while there is time, and flushes what they wrote. On the loop, at the end of a read batch.
  package func endTurn() {
    guard !turn.value.isRunning else { return }
    turn.value.isRunning = true
    turn.value.readingSince = nil
    let start = NIODeadline.now()
    let enough = start + max(.zero, Self.turnTime - turn.value.spent)
    // Work that makes more work for ever must not keep the loop from its sockets.
    var roundsLeft = 8
    while roundsLeft > 0, !turn.value.isIdle {
      roundsLeft -= NIODeadline.now() < enough ? 1 : roundsLeft
      if roundsLeft > 0 { runBeginnings(until: enough) }
      if roundsLeft > 0, !turn.value.jobs.isEmpty { runJobs(until: enough) }
      if turn.value.participants.isEmpty { continue }
      let participants = exchange(&turn.value.participants, with: [])
      for participant in participants { participant.turnEnded() }
    }
    turn.value.isRunning = false
    let time = NIODeadline.now() - start
    spend(time)
    if !turn.value.isIdle { scheduleLater(after: time) }
  }

  /// Counts a turn among those since the loop looked at its sockets.
  private func spend(_ time: TimeAmount) {
    guard time > Self.shortTurn else { return }
    if turn.value.spent == .zero { loop.execute { self.turn.value.isPastSockets = true } }
    turn.value.spent = turn.value.spent + time
  }

  /// The loop has looked at its sockets: turns have their time again.
  private func looked() {
    turn.value.spent = .zero
    turn.value.isPastSockets = false
  }

  /// A loop runs what it is given to execute until nothing is left, and only then looks at its sockets. A
  /// short time ahead is the way past them, and one timer for everyone, for several could keep each other
  /// due. A loop whose turns take long comes late to its timers too: one that is due by then would be run
  /// before the sockets again and again, so the time grows with the turn.
  private func scheduleLater(after turnTime: TimeAmount) {
    guard !turn.value.isLaterScheduled else { return }
    turn.value.isLaterScheduled = true
    let delay = min(20_000 + turnTime.nanoseconds / 8, 5_000_000)
    loop.scheduleTask(in: .nanoseconds(delay)) {
      self.turn.value.isLaterScheduled = false
      self.looked()
      if exchange(&self.turn.value.leavesArrivals, with: false) { self.takeArrivals() }
      self.turn.value.participants += exchange(&self.turn.value.later, with: [])
      self.endTurn()
    }
  }

  private func runBeginnings(until enough: NIODeadline) {
    guard !turn.value.beginnings.isEmpty else { return }
    let beginnings = exchange(&turn.value.beginnings, with: [])
    var begun = 0
    while begun < beginnings.count, begun == 0 || NIODeadline.now() < enough {
      beginnings[begun]()
      begun += 1
    }
    turn.value.beginnings.insert(contentsOf: beginnings[begun...], at: 0)
  }

  private func runJobs(until enough: NIODeadline) {
    let executor = asUnownedTaskExecutor()
    var jobs = exchange(&turn.value.jobs, with: exchange(&turn.value.spare, with: []))
    var done = 0
    while done < jobs.count, done % 4 != 3 || NIODeadline.now() < enough {
      jobs[done].runSynchronously(on: executor)
      done += 1
    }
    if done < jobs.count { turn.value.jobs.insert(contentsOf: jobs[done...], at: 0) }
    jobs.removeAll(keepingCapacity: jobs.capacity <= 4096)
    turn.value.spare = jobs
  }
}

/// Puts a new value in place and returns the old one.
private func exchange<T>(_ place: inout T, with new: consuming T) -> T {
  let old = place
  place = new
  return old
}

/// The executors of a group's loops: one for each loop.
public struct LoopExecutorGroup: Sendable {
  /// The group.
  public let group: any EventLoopGroup
  private let executors: [ObjectIdentifier: LoopExecutor]

  /// Makes the executors of a group.
  public init(_ group: any EventLoopGroup) {
    self.group = group
    var executors: [ObjectIdentifier: LoopExecutor] = [:]
    for loop in group.makeIterator() {
      executors[ObjectIdentifier(loop)] = LoopExecutor(loop: loop)
    }
    self.executors = executors
  }

  /// The executor of a loop of the group (a new one for a loop from elsewhere).
  public func executor(of loop: any EventLoop) -> LoopExecutor {
    executors[ObjectIdentifier(loop)] ?? LoopExecutor(loop: loop)
  }

  /// The executor of the group's next loop.
  public func next() -> LoopExecutor { executor(of: group.next()) }
}
