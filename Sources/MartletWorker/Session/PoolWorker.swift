// Decides how a worker lives: it takes up what lives since an earlier one, holds its session with the server through any
// number of streams, has offers launched and tells their ends, until it is drained or told to leave.

public import Martlet
import MartletCall
public import MartletProto
import MartletRPC
import Synchronization

/// A worker of a pool.
public final class PoolWorker: Sendable {
  let client: Client
  let namespace: String
  let identity: WorkerIdentity
  let launcher: any Launcher
  private let spools: String?
  let book: Mutex<WorkerBook>
  let tell: @Sendable (WorkerNews) -> Void
  private let bell = Mutex<AsyncStream<Void>.Continuation?>(nil)
  private let life = Mutex<Task<Void, any Error>?>(nil)
  private let isLeaving = Mutex(false)

  /// Makes a worker; nothing happens before `run`.
  ///
  /// - Parameters:
  ///   - identity: its pool, its name, its session and what it offers.
  ///   - spools: where executors leave the ends of runs that the server was away for; nil when runs tell them in this
  ///     process.
  ///   - limit: how many runs it has at a time.
  ///   - tell: hears what happens.
  public init(
    _ client: Client, namespace: String, identity: WorkerIdentity, launcher: any Launcher,
    spools: String? = nil, limit: Int, tell: @escaping @Sendable (WorkerNews) -> Void = { _ in }
  ) {
    self.client = client
    self.namespace = namespace
    self.identity = identity
    self.launcher = launcher
    self.spools = spools
    self.tell = tell
    book = Mutex(WorkerBook(limit: limit))
  }

  /// Works until it is drained and has nothing left, or leaves. Executors live on when it ends.
  ///
  /// - Throws: `Status` when the server does not want it: there is no such pool, another worker has its name.
  public func run() async throws { try await live { try await self.talk() } }

  /// Works until nothing is due and what it has taken has ended.
  ///
  /// - Throws: as `run`, and when the server is away.
  public func runOnce() async throws { try await live { try await self.poll() } }

  /// Takes no more, and ends when it has nothing left.
  public func drain() {
    let left = book.withLock { book in
      book.drain()
      return book.count
    }
    tell(.draining(left: left))
    ring()
  }

  /// Ends at once; what it has launched lives on.
  public func leave() {
    isLeaving.withLock { $0 = true }
    life.withLock { $0 }?.cancel()
  }

  private func live(_ work: @escaping @Sendable () async throws -> Void) async throws {
    let living = try await launcher.adopt()
    book.withLock { book in for job in living { book.adopt(job) } }
    if !living.isEmpty { tell(.adopted(living.count)) }
    let hearing = Task { await self.hearExits() }
    defer { hearing.cancel() }
    let working = Task { try await work() }
    life.withLock { $0 = working }
    if isLeaving.withLock({ $0 }) { working.cancel() }
    do { try await working.value } catch {
      guard isLeaving.withLock({ $0 }) else { throw error }
    }
  }

  private func hearExits() async {
    for await exit in launcher.exits {
      tell(.ended(exit))
      if exit.ending == .exited(ExecutorCode.told.rawValue) {
        await replay(within: Self.replayPatience)
      }
      book.withLock { $0.ended(exit, at: .now) }
      ring()
    }
  }

  // MARK: Offers

  /// Has a job launched, or sends it back.
  func take(_ offer: Offer) async {
    switch book.withLock({ $0.take(offer, namespace: namespace) }) {
    case .known: break
    case .decline(let reason): tell(.declined(offer.run ?? Run(), reason: reason))
    case .launch(let job):
      tell(.submitting(job.run))
      do {
        try await launcher.launch(job)
        book.withLock { $0.launched(job.id) }
        tell(.submitted(job.run))
      } catch {
        book.withLock { $0.refuse(job.id, "\(error)") }
        tell(.declined(job.run, reason: "\(error)"))
      }
    }
    ring()
  }

  /// Has a job stopped, if it is here.
  func stop(_ run: String, _ epoch: Int64, isUrgent: Bool) async {
    guard let id = book.withLock({ $0.job(ofRun: run, epoch: epoch) }) else { return }
    await launcher.stop(id, isUrgent: isUrgent)
  }

  /// Sends what executors could not: nobody else may come before their leases lapse.
  func replay() async {
    guard let spools else { return }
    // What is left stays for the next time.
    _ = try? await SpoolReplay.run(spools, to: client.channel)
  }

  /// How long the word that an executor is gone waits for what it has left to be told.
  static let replayPatience = Duration.seconds(5)

  func replay(within limit: Duration) async {
    let replaying = Task { await replay() }
    let timer = Task {
      try await Task.sleep(for: limit)
      replaying.cancel()
    }
    await replaying.value
    timer.cancel()
  }

  // MARK: Waking

  /// There is something to say, or nothing left to do.
  func ring() { bell.withLock { $0 }?.yield() }

  /// The rings from now on, and one to begin with.
  func rings() -> AsyncStream<Void> {
    let (rings, sink) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    bell.withLock { $0 = sink }
    sink.yield()
    return rings
  }
}
