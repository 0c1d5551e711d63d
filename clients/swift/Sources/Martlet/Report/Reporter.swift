// Decides how reports travel: in order, in frames, over one stream that is opened again when it breaks, with the
// session's lease renewed in between. While the server is away they go to disk and work goes on; when it is back the
// disk is read from its front while new reports join at its end, so that memory stays bounded and order is kept.

public import MartletCall
public import MartletProto
internal import MartletWire

/// Tells the server what becomes of runs, and hears what it wants of them.
///
/// `run()` does the talking and lives as long as the reporter; everything else may be called meanwhile.
///
/// Memory holds at most `capacity` reports or `capacityBytes`. A caller who would exceed that waits while the server is
/// slow. When nothing was heard for `patience`, or the server is known to be away, reports go to the spool instead;
/// without a disk to go to, log lines beyond the capacity are dropped and counted.
public actor Reporter {
  /// How a reporter behaves.
  public struct Settings: Sendable {
    /// The namespace of the runs.
    public var namespace = ""
    /// How long the server waits for a sign of life before it presumes the runs crashed.
    public var lease: Duration = .seconds(30)
    /// Who holds the session, for people.
    public var holder = ""
    /// How long a submitter waits, without a word from the server, before work goes on without a verdict.
    public var patience: Duration = .seconds(5)
    /// How long a frame may be unanswered before the server counts as away.
    public var answerLimit: Duration = .seconds(10)
    /// The most reports in a frame.
    public var frameCount = 100
    /// The most bytes in a frame, about.
    public var frameBytes = 64 << 10
    /// How long a report that nobody waits for may wait for company.
    public var linger: Duration = .milliseconds(20)
    /// Where unanswered reports are kept when the server is away; nil keeps them in memory only.
    public var spoolDirectory: String?
    /// The most reports in memory without an answer.
    public var capacity = 10_000
    /// About the most bytes in memory without an answer.
    public var capacityBytes = 16 << 20

    /// The settings above.
    public init() {}
  }

  /// What came of a report.
  public enum Answer: Sendable, Equatable {
    /// The server decided.
    case verdict(Verdict)
    /// The server could not decide: the report itself is wrong.
    case error(ReportError)
    /// There is no answer yet; the report is kept and sent later.
    case unconfirmed
  }

  /// The session that watches over the runs taken here.
  public nonisolated let sessionID: String
  /// What the server wants of runs; one reader. `SlowDown` is obeyed here and does not come.
  public nonisolated let directives: AsyncStream<Directive>
  /// Log lines that found no room while there was neither a server nor a disk.
  public internal(set) var dropped = 0

  let channel: any CallChannel
  let settings: Settings
  let directiveSink: AsyncStream<Directive>.Continuation
  let spool: Spool?

  /// Where new reports go.
  enum Destination {
    /// To memory, and from there to the server.
    case memory
    /// To disk: the server is away, or what is there has not been sent yet.
    case disk
  }

  var ledger = ReportLedger()
  var destination = Destination.memory
  // What the disk did not take, behind what it did; its size, and when the disk is asked again.
  var overflow: [RunReport] = []
  private var overflowBytes = 0
  private var overflowRetry = ContinuousClock.now
  // So many reports are sent one by one: the server could not read a frame with one of them.
  var suspects = 0
  var nextTicket: UInt64 = 1
  // The ticket of the next report that comes from the disk, and of the last one that is on it.
  var nextFromDisk: UInt64 = 1
  var lastOnDisk: UInt64 = 0

  var waiters: [UInt64: CheckedContinuation<Answer, Never>] = [:]
  // Those who were told to wait: they go on with a verdict only.
  var toldToWait: Set<UInt64> = []
  var space: [CheckedContinuation<Void, Never>] = []

  let writerBell = Bell()
  let retryBell = Bell()
  let closerBell = Bell()
  var isAway = false
  var isClosing = false
  var hasGivenUp = false
  var hasEnded = false
  var attemptsSinceClosing = 0
  var lastHeard = ContinuousClock.now
  var nextHeartbeat = ContinuousClock.now
  var slowUntil = ContinuousClock.now
  var lingerUntil: ContinuousClock.Instant?

  /// Makes a reporter that talks over `channel`.
  public init(channel: any CallChannel, settings: Settings, sessionID: String) {
    self.channel = channel
    self.settings = settings
    self.sessionID = sessionID
    let session = Session(id: sessionID, lease: settings.lease, holder: settings.holder)
    spool = settings.spoolDirectory.map {
      Spool(directory: $0, name: sessionID, namespace: settings.namespace, session: session)
    }
    (directives, directiveSink) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(256))
  }

  /// Reports without an answer, in memory and on disk.
  public var unanswered: Int { ledger.count + (spool?.unread ?? 0) + overflow.count }

  /// Whether the server did not answer when it was last asked.
  public var isServerAway: Bool { isAway }

  // MARK: Submitting

  /// Sends a report and waits for what the server says.
  ///
  /// Reports of one run must be submitted in the order of their seqs. The wait ends with `unconfirmed` when nothing was
  /// heard of the server for `patience`, at once while it is known to be away, and at the close; but one to whom the
  /// server said WAIT waits on.
  public func submit(_ report: RunReport) async -> Answer {
    await submit(report, needsVerdict: false)
  }

  /// As `submit`; with `needsVerdict` one waits as if the server had said WAIT already.
  func submit(_ report: RunReport, needsVerdict: Bool) async -> Answer {
    await makeSpace()
    let ticket = nextTicket
    if let outcome = enqueue(report) { return Answer(outcome) }
    if needsVerdict, !hasEnded {
      toldToWait.insert(ticket)
      return await withCheckedContinuation { waiters[ticket] = $0 }
    }
    if isAway || hasEnded { return .unconfirmed }
    let since = ContinuousClock.now
    let timer = Task {
      while let next = impatience(of: ticket, since: since) {
        try await Task.sleep(until: next, clock: .continuous)
      }
    }
    defer { timer.cancel() }
    return await withCheckedContinuation { waiters[ticket] = $0 }
  }

  /// Sends a report that changes nothing for the caller: a log line, a creation that a proposal follows.
  public func post(_ report: RunReport) async {
    await makeSpace()
    if isFull, !report.isTransition {
      dropped += 1
    } else {
      _ = enqueue(report)
    }
  }

  /// Adds a report; what comes back is why it needs not be sent.
  private func enqueue(_ report: RunReport) -> ReportResult.Outcome? {
    let ticket = nextTicket
    nextTicket += 1
    switch destination {
    case .memory:
      if let settlement = ledger.append(report, ticket: ticket) { return settlement.outcome }
      // After the end nobody sends any more: the next process will.
      if hasEnded { goToDisk() }
    case .disk:
      if overflow.isEmpty, let spool, spool.append([report]) {
        lastOnDisk = ticket
      } else {
        overflow.append(report)
        overflowBytes += ReportLedger.size(of: report)
        if ContinuousClock.now >= overflowRetry { saveOverflow() }
      }
    }
    if lingerUntil == nil { lingerUntil = .now + settings.linger }
    writerBell.ring()
    return nil
  }

  private var isFull: Bool {
    switch destination {
    case .memory: ledger.count >= settings.capacity || ledger.bytes >= settings.capacityBytes
    case .disk: overflow.count >= settings.capacity || overflowBytes >= settings.capacityBytes
    }
  }

  // A disk that was full is asked again so often.
  private static let overflowPause = Duration.seconds(1)

  private func makeSpace() async {
    let since = ContinuousClock.now
    while isFull, destination == .memory, !isAway, !hasEnded {
      let silentUntil = max(lastHeard, since) + settings.patience
      if ContinuousClock.now >= silentUntil, goToDisk() { return }
      let timer = Task {
        try await Task.sleep(until: max(silentUntil, .now + .seconds(1)), clock: .continuous)
        releaseSpace()
      }
      await withCheckedContinuation { space.append($0) }
      timer.cancel()
    }
  }

  func releaseSpace() {
    let waiting = space
    space = []
    for continuation in waiting { continuation.resume() }
  }

  /// Gives up waiting for a report, or says when to look again; nil when nobody waits for it any more.
  private func impatience(of ticket: UInt64, since: ContinuousClock.Instant)
    -> ContinuousClock.Instant?
  {
    // The submitter is about to wait: this task was made before.
    guard waiters[ticket] != nil else { return nil }
    if toldToWait.contains(ticket) { return .now + settings.patience }
    let end = max(lastHeard, since) + settings.patience
    guard ContinuousClock.now >= end else { return end }
    resume(ticket, .unconfirmed)
    return nil
  }

  func resume(_ ticket: UInt64, _ answer: Answer) {
    toldToWait.remove(ticket)
    waiters.removeValue(forKey: ticket)?.resume(returning: answer)
  }

  /// Lets everybody go on who waits for a server that does not answer.
  func resumeAll(toldToWaitToo: Bool = false) {
    for ticket in waiters.keys where toldToWaitToo || !toldToWait.contains(ticket) {
      resume(ticket, .unconfirmed)
    }
  }

  // MARK: The end

  /// Waits until everything submitted is answered; `run()` ends then. Gives up when nothing was heard for `limit`,
  /// at once when the server turns out to be away. What is unanswered then is left in the spool.
  ///
  /// - Returns: how many reports were left unanswered.
  @discardableResult
  public func close(within limit: Duration) async -> Int {
    isClosing = true
    attemptsSinceClosing = 0
    writerBell.ring()
    retryBell.ring()
    let since = ContinuousClock.now
    while unanswered > 0, !hasEnded {
      // One more look is worth while before what is on disk is left there.
      if isAway, attemptsSinceClosing > 0 { break }
      let end = max(lastHeard, since) + limit
      if ContinuousClock.now >= end { break }
      await closerBell.wait(until: end)
      if Task.isCancelled { break }
    }
    if unanswered > 0 { goToDisk() }
    spool?.sync()
    hasGivenUp = true
    writerBell.ring()
    retryBell.ring()
    resumeAll(toldToWaitToo: true)
    return unanswered
  }

  // MARK: The disk

  /// Puts every unanswered report on disk, and those to come.
  ///
  /// - Returns: whether there is a disk that takes them.
  @discardableResult
  func goToDisk() -> Bool {
    guard destination == .memory else { return saveOverflow() }
    guard let spool, spool.append(ledger.reports(from: lastOnDisk + 1), isRead: true) else {
      return false
    }
    destination = .disk
    lastOnDisk = nextTicket - 1
    nextFromDisk = nextTicket
    releaseSpace()
    return true
  }

  /// Puts on disk what it did not take before.
  ///
  /// - Returns: whether everything is there.
  @discardableResult
  private func saveOverflow() -> Bool {
    guard !overflow.isEmpty else { return true }
    overflowRetry = .now + Self.overflowPause
    guard let spool else { return false }
    // When nothing is left to be read there, the first of the overflow may be in memory already.
    if spool.unread == 0 {
      guard spool.append(ledger.reports(from: lastOnDisk + 1), isRead: true) else { return false }
      lastOnDisk = nextFromDisk - 1
    }
    guard spool.append(overflow) else { return false }
    lastOnDisk = nextTicket - 1
    overflow = []
    overflowBytes = 0
    return true
  }

  /// Takes reports from the disk into memory as those before them are answered, until nothing is left there.
  func refill() {
    guard destination == .disk, let spool else { return }
    while ledger.count < 8 * settings.frameCount, ledger.bytes < settings.capacityBytes {
      var reports = spool.take(settings.frameCount)
      if reports.isEmpty {
        reports = Array(overflow.prefix(settings.frameCount))
        overflow.removeFirst(reports.count)
        overflowBytes -= reports.reduce(0) { $0 + ReportLedger.size(of: $1) }
      }
      if reports.isEmpty {
        destination = .memory
        break
      }
      for report in reports {
        if let settlement = ledger.append(report, ticket: nextFromDisk) {
          resume(settlement.ticket, Answer(settlement.outcome))
        }
        nextFromDisk += 1
      }
    }
    forgetDisk()
  }

  /// Deletes the file when everything in it is answered.
  func forgetDisk() {
    guard let spool, spool.exists, destination == .memory else { return }
    if let oldest = ledger.oldestTicket, oldest <= lastOnDisk { return }
    spool.remove()
  }
}

extension Reporter.Answer {
  /// What an outcome means to the submitter.
  init(_ outcome: ReportResult.Outcome) {
    switch outcome {
    case .verdict(let verdict): self = .verdict(verdict)
    case .error(let error): self = .error(error)
    }
  }
}

extension RunReport {
  /// Whether it creates, proposes or tells, which must not be lost.
  fileprivate var isTransition: Bool {
    switch item {
    case .create, .propose, .tell: true
    case .artifact, .log, nil: false
    }
  }
}
