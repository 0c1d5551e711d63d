// Decides what is sent next and what an answer means for the reports behind it. Reports leave in the order of their
// submission, in frames; WAIT puts one back until its time; one that the server cannot decide consumed no seq, so
// those of its run behind it count one less; a run that went back to SCHEDULED is claimed again. No I/O and no clock
// of its own: the reporter and the replay of spools drive it.

internal import MartletCall
internal import MartletProto
internal import MartletWire

/// Reports between their submission and their answer.
struct ReportLedger {
  /// A moment.
  typealias Instant = ContinuousClock.Instant

  /// A report that needs no more care, and what came of it.
  struct Settlement {
    /// The report's place in the order of submission.
    var ticket: UInt64
    /// What it was.
    var report: RunReport
    /// What the server said.
    var outcome: ReportResult.Outcome
  }

  private struct Entry {
    var report: RunReport
    let ticket: UInt64
    let size: Int

    var isCounted: Bool {
      switch report.item {
      case .create, .propose: true
      case .artifact, .log, .tell, nil: false
      }
    }
    var isCreate: Bool { if case .create = report.item { true } else { false } }
  }

  /// A report as it was sent; its entry may have been renumbered since.
  private struct Flight {
    var entry: Entry
    let epoch: Int64
    let seq: Int64
    var isStale: Bool { entry.report.seq != seq || entry.report.epoch != epoch }
  }

  private struct Frame {
    let sentAt: Instant
    var flights: [Flight]
  }

  /// What is known of a run beyond its reports.
  private struct Lane {
    /// By how much the numbers of later reports are to be changed.
    var epochShift: Int64 = 0
    var seqShift: Int64 = 0
    var pause = ReportLedger.firstPause
    var attempts = 0
    var claims = 0
    /// Why proposals are settled without being sent.
    var closing: ReportResult.Outcome?
    /// Whether the run does not even exist, so that its log has no place either.
    var isUnborn = false
  }

  private static let firstPause = Duration.milliseconds(200)
  private static let longestPause = Duration.seconds(10)
  // An error of the server's own may be this report's doing.
  private static let doubtfulAttempts = 6
  private static let mostClaims = 5
  // The server reads messages of 4 MiB.
  private static let longestReport = 3 << 20

  // Ordered by ticket; what is before `head` has left.
  private var waiting: [Entry] = []
  private var head = 0
  private var frames: [Frame] = []
  private var lanes: [String: Lane] = [:]
  // Runs that may not be asked about before a time.
  private var held: [String: Instant] = [:]
  /// Reports without an answer.
  private(set) var count = 0
  /// About how many bytes they take.
  private(set) var bytes = 0

  /// Frames sent and not answered.
  var framesInFlight: Int { frames.count }
  /// Reports in them.
  var reportsInFlight: Int { frames.reduce(0) { $0 + $1.flights.count } }
  /// When the oldest of them was sent.
  var oldestFlight: Instant? { frames.first?.sentAt }
  /// The oldest report without an answer.
  var oldestTicket: UInt64? {
    var oldest = head < waiting.count ? waiting[head].ticket : nil
    for frame in frames {
      for flight in frame.flights { oldest = min(oldest ?? .max, flight.entry.ticket) }
    }
    return oldest
  }
  /// When the next of the runs that must wait may be asked about.
  var nextHeld: Instant? { held.values.min() }

  /// A run that must wait may be asked about now.
  mutating func release(_ run: String) { held[run] = nil }

  /// The reports that may not be sent yet.
  var heldTickets: Set<UInt64> {
    Set(waiting[head...].filter { held[$0.report.runID] != nil }.map(\.ticket))
  }

  /// The reports without an answer from a ticket on, in order.
  func reports(from ticket: UInt64) -> [RunReport] {
    let flying = frames.flatMap { $0.flights.map(\.entry) }
    return (flying + waiting[head...]).filter { $0.ticket >= ticket }
      .sorted { $0.ticket < $1.ticket }.map(\.report)
  }

  /// How many reports may be sent now.
  func sendable(at now: Instant) -> Int {
    if held.isEmpty { return waiting.count - head }
    return waiting[head...].count { held[$0.report.runID].map { $0 <= now } ?? true }
  }

  // MARK: In

  /// Adds a report behind all others; `ticket` is higher than theirs.
  ///
  /// - Returns: what came of it when it needs not be sent: its run is closed, or it is longer than the server reads.
  mutating func append(_ report: RunReport, ticket: UInt64) -> Settlement? {
    var entry = Entry(report: report, ticket: ticket, size: Self.size(of: report))
    if let lane = lanes[report.runID] {
      if let outcome = lane.closing, entry.isCounted || lane.isUnborn {
        return Settlement(ticket: ticket, report: report, outcome: outcome)
      }
      if entry.isCounted {
        entry.report.epoch += lane.epochShift
        entry.report.seq -= lane.seqShift
      }
    }
    if entry.size > Self.longestReport { return refuse(entry) }
    waiting.append(entry)
    count += 1
    bytes += entry.size
    return nil
  }

  /// Answers in the server's place: it would not even read the report, nor anything behind it.
  private mutating func refuse(_ entry: Entry) -> Settlement {
    let run = entry.report.runID
    let outcome = ReportResult.Outcome.error(
      ReportError(
        code: Int32(StatusCode.invalidArgument.rawValue), reason: "REPORT_TOO_LONG",
        message: "the report takes \(entry.size) bytes; at most \(Self.longestReport) are sent"))
    if entry.isCreate {
      lanes[run, default: Lane()].closing = outcome
      lanes[run, default: Lane()].isUnborn = true
    } else if entry.isCounted {
      lanes[run, default: Lane()].seqShift += 1
    }
    return Settlement(ticket: entry.ticket, report: entry.report, outcome: outcome)
  }

  // MARK: Out

  /// Takes the next frame: at least one report when any may be sent.
  mutating func takeFrame(maxCount: Int, maxBytes: Int, at now: Instant) -> [RunReport] {
    if !held.isEmpty { held = held.filter { $0.value > now } }
    var flights: [Flight] = []
    var passed: [Entry] = []
    var size = 0
    var next = head
    while next < waiting.count, flights.count < maxCount {
      let entry = waiting[next]
      if !held.isEmpty, held[entry.report.runID] != nil {
        passed.append(entry)
      } else {
        if !flights.isEmpty, size + entry.size > maxBytes { break }
        size += entry.size
        flights.append(Flight(entry: entry, epoch: entry.report.epoch, seq: entry.report.seq))
      }
      next += 1
    }
    guard !flights.isEmpty else { return [] }
    head = next
    if head > 1024 || head == waiting.count {
      waiting.removeFirst(head)
      head = 0
    }
    if !passed.isEmpty { waiting.insert(contentsOf: passed, at: head) }
    frames.append(Frame(sentAt: now, flights: flights))
    return flights.map(\.entry.report)
  }

  /// Puts everything that was sent back: the stream that carried it is gone.
  mutating func recall() {
    let flying = frames.flatMap { $0.flights.map(\.entry) }
    frames = []
    waiting = (flying + waiting[head...]).sorted { $0.ticket < $1.ticket }
    head = 0
  }

  // MARK: Answers

  /// Takes the answer to the oldest frame.
  ///
  /// - Returns: the reports that are done with; nil when the answer is to no frame that was sent.
  mutating func answer(_ results: [ReportResult], at now: Instant) -> [Settlement]? {
    guard let first = frames.first, first.flights.count == results.count else { return nil }
    var settled: [Settlement] = []
    settled.reserveCapacity(results.count)
    // The flights stay in their frame while others of it are decided: a renumbering must reach them.
    for (index, result) in results.enumerated() {
      decide(frames[0].flights[index], result, at: now, into: &settled)
    }
    let again = Set(first.flights.map(\.entry.ticket)).subtracting(settled.map(\.ticket))
    let flights = frames.removeFirst().flights
    for flight in flights {
      if again.contains(flight.entry.ticket) {
        putBack(flight.entry)
      } else {
        count -= 1
        bytes -= flight.entry.size
      }
    }
    return settled
  }

  private mutating func decide(
    _ flight: Flight, _ result: ReportResult, at now: Instant, into settled: inout [Settlement]
  ) {
    let run = flight.entry.report.runID
    var lane = lanes[run] ?? Lane()
    func settle(_ outcome: ReportResult.Outcome) {
      settled.append(
        Settlement(ticket: flight.entry.ticket, report: flight.entry.report, outcome: outcome))
    }
    if let outcome = lane.closing, flight.entry.isCounted || lane.isUnborn {
      return settle(outcome)
    }
    switch result.outcome {
    case .verdict(let verdict):
      switch verdict.code {
      case .wait:
        held[run] = now + (verdict.wait ?? Self.firstPause)
      case .fenced:
        if flight.isStale { return }
        if verdict.reason == Self.claimRequired, flight.entry.isCreate {
          // The run exists and waits for an owner; what follows claims it.
          return settle(.verdict(verdict))
        }
        if verdict.reason == Self.claimRequired, claims(flight.entry), lane.claims < Self.mostClaims
        {
          return claim(run, from: flight.entry, epoch: verdict.epoch + 1, settled: settled)
        }
        lane.closing = .verdict(verdict)
        lanes[run] = lane
        settle(.verdict(verdict))
        close(run, into: &settled)
      case .refused where flight.entry.isCreate:
        lane.closing = .verdict(verdict)
        lane.isUnborn = true
        lanes[run] = lane
        settle(.verdict(verdict))
        close(run, into: &settled)
      default:
        settle(.verdict(verdict))
        succeeded(run, flight.entry, verdict)
      }
    case .error(let error):
      if error.reason == Self.outOfSequence, flight.isStale || follows(flight.entry, settled) {
        return
      }
      lane.attempts += 1
      if Self.mayPass(error.code, attempts: lane.attempts) {
        held[run] = now + lane.pause
        lane.pause = min(lane.pause * 2, Self.longestPause)
        lanes[run] = lane
        return
      }
      settle(.error(error))
      // A proposal for a run that is not there: it was deleted, and with it goes what else there is to say.
      let isGone = flight.entry.isCounted && error.code == Int32(StatusCode.notFound.rawValue)
      if flight.entry.isCreate || isGone {
        lane.closing = .error(error)
        lane.isUnborn = true
        lanes[run] = lane
        close(run, into: &settled)
      } else if flight.entry.isCounted {
        lane.attempts = 0
        lanes[run] = lane
        renumber(run, after: flight.entry.ticket, epochShift: 0, seqShift: 1)
      }
    case nil:
      settle(.error(ReportError(code: 13, message: "the server gave no outcome")))
    }
  }

  private static let claimRequired = "CLAIM_REQUIRED"
  private static let outOfSequence = "OUT_OF_SEQUENCE"

  // CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED and UNAVAILABLE say nothing about the report;
  // UNKNOWN and INTERNAL may.
  private static func mayPass(_ code: Int32, attempts: Int) -> Bool {
    switch code {
    case 1, 4, 8, 10, 14: true
    case 2, 13: attempts < doubtfulAttempts
    default: false
    }
  }

  private func claims(_ entry: Entry) -> Bool {
    guard case .propose(let state) = entry.report.item else { return false }
    return state.type == .running || state.type == .pending
  }

  /// Whether an earlier report of the run has still to be decided, so that this one came too early.
  private func follows(_ entry: Entry, _ settled: [Settlement]) -> Bool {
    func precedes(_ other: Entry) -> Bool {
      other.ticket < entry.ticket && other.report.runID == entry.report.runID && other.isCounted
    }
    if waiting[head...].contains(where: precedes) { return true }
    return frames[0].flights.contains { flight in
      precedes(flight.entry) && !settled.contains { $0.ticket == flight.entry.ticket }
    }
  }

  /// Numbers the reports of a run anew: its next epoch begins with `entry`.
  private mutating func claim(
    _ run: String, from entry: Entry, epoch: Int64, settled: [Settlement]
  ) {
    lanes[run, default: Lane()].claims += 1
    renumber(
      run, after: entry.ticket - 1, epochShift: epoch - entry.report.epoch,
      seqShift: entry.report.seq - 1)
  }

  private mutating func renumber(
    _ run: String, after ticket: UInt64, epochShift: Int64, seqShift: Int64
  ) {
    lanes[run, default: Lane()].epochShift += epochShift
    lanes[run, default: Lane()].seqShift += seqShift
    func change(_ entry: inout Entry) {
      guard entry.ticket > ticket, entry.report.runID == run, entry.isCounted else { return }
      entry.report.epoch += epochShift
      entry.report.seq -= seqShift
    }
    for index in waiting.indices[head...] { change(&waiting[index]) }
    for frame in frames.indices {
      for index in frames[frame].flights.indices { change(&frames[frame].flights[index].entry) }
    }
  }

  /// Settles what waits of a closed run; what flies is settled when it is answered.
  private mutating func close(_ run: String, into settled: inout [Settlement]) {
    guard let lane = lanes[run], let outcome = lane.closing else { return }
    held[run] = nil
    var kept: [Entry] = []
    for entry in waiting[head...] {
      if entry.report.runID == run, entry.isCounted || lane.isUnborn {
        settled.append(Settlement(ticket: entry.ticket, report: entry.report, outcome: outcome))
        count -= 1
        bytes -= entry.size
      } else {
        kept.append(entry)
      }
    }
    waiting = kept
    head = 0
  }

  private mutating func succeeded(_ run: String, _ entry: Entry, _ verdict: Verdict) {
    guard lanes[run] != nil, entry.isCounted else { return }
    lanes[run]?.attempts = 0
    lanes[run]?.pause = Self.firstPause
    // An end that was replaced by another attempt is none.
    if case .propose(let state) = entry.report.item, state.type.isFinal,
      verdict.state?.type != .scheduled
    {
      lanes[run] = nil
    }
  }

  private mutating func putBack(_ entry: Entry) {
    var low = head
    var high = waiting.count
    while low < high {
      let middle = (low + high) / 2
      if waiting[middle].ticket < entry.ticket { low = middle + 1 } else { high = middle }
    }
    waiting.insert(entry, at: low)
  }

  /// About how many bytes a report takes on the wire.
  static func size(of report: RunReport) -> Int {
    switch report.item {
    case .log(let entry): entry.message.utf8.count + entry.logger.utf8.count + 128
    default: report.withEncodedBytes { $0.count } + 8
    }
  }
}

extension StateType {
  /// Whether a run in such a state has ended.
  var isFinal: Bool {
    switch self {
    case .completed, .failed, .cancelled, .crashed: true
    default: false
    }
  }
}
