// Decides what happens beside a command while it runs: its lines go to the log, signals to it, a wish to stop or the end
// of its time ends it (TERM, a grace, KILL); and that its log is complete before its end is told.

import Glibc
import Martlet
import MartletProto
import Synchronization

/// Watches over one command.
package final class Supervisor: Sendable {
  /// Why a command was ended by us.
  enum Reason: Sendable { case cancelled, timedOut }

  /// How it went.
  struct Ending: Sendable {
    var child: ChildProcess.Ending
    var reason: Reason?
    /// The last line that was written.
    var lastLine: String
  }

  /// The signals that are handed on.
  package static let forwarded = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH]

  /// The standard grace.
  package static let grace = Duration.seconds(10)
  // How long somebody else may keep the pipes open after the command has ended.
  private static let pipeLimit = Duration.seconds(1)

  private let child: ChildProcess
  private let run: TrackedRun
  private let timeout: Duration?
  private let grace: Duration
  private let timeoutGrace: Duration
  private let outputLimit: Int?
  private let logger: String?
  private let lastLine = Mutex("")
  private let reason = Mutex<Reason?>(nil)
  private let wishes: AsyncStream<Duration>
  private let wishSink: AsyncStream<Duration>.Continuation

  /// Takes a command that has been started.
  ///
  /// - Parameters:
  ///   - grace: between TERM and KILL when a cancellation names none.
  ///   - timeoutGrace: between TERM and KILL after a time-out.
  ///   - outputLimit: how many bytes of its lines go to the log; nil for all.
  ///   - logger: whose lines they are; nil for the stream's own name, and those to stderr then count as warnings.
  init(
    child: ChildProcess, run: TrackedRun, timeout: Duration?, grace: Duration = Supervisor.grace,
    timeoutGrace: Duration = Supervisor.grace, outputLimit: Int? = nil, logger: String? = nil
  ) {
    self.child = child
    self.run = run
    self.timeout = timeout
    self.grace = grace
    self.timeoutGrace = timeoutGrace
    self.outputLimit = outputLimit
    self.logger = logger
    (wishes, wishSink) = AsyncStream.makeStream()
  }

  /// Ends the command; the first reason counts.
  func cancel(grace: Duration?) { end(.cancelled, grace: grace ?? self.grace) }

  private func end(_ reason: Reason, grace: Duration) {
    self.reason.withLock { $0 = $0 ?? reason }
    wishSink.yield(grace)
  }

  /// Stays with the command until it has ended and its log is handed over.
  func supervise(_ control: RunControl) async -> Ending {
    control.aim { [self] event in
      switch event {
      case .signal(let number): child.signal(number)
      case .cancel(let grace): cancel(grace: grace)
      }
    }
    defer { control.aim(nil) }
    let ending = await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.heed() }
      if let timeout {
        group.addTask {
          guard (try? await Task.sleep(for: timeout)) != nil else { return }
          self.end(.timedOut, grace: self.timeoutGrace)
        }
      }
      async let log: Void = log()
      let ending = await child.wait()
      group.cancelAll()
      let limit = Task {
        try await Task.sleep(for: Self.pipeLimit)
        child.output.finish()
      }
      await log
      limit.cancel()
      return ending
    }
    return Ending(
      child: ending, reason: reason.withLock { $0 }, lastLine: lastLine.withLock { $0 })
  }

  /// The shortest grace counts, whichever wish named it.
  private func heed() async {
    await withTaskGroup(of: Void.self) { kills in
      for await grace in wishes {
        child.doom()
        child.signal(SIGTERM)
        // A stopped command could not heed it.
        child.signal(SIGCONT)
        kills.addTask {
          guard (try? await Task.sleep(for: grace)) != nil else { return }
          self.child.signal(SIGKILL)
        }
      }
    }
  }

  private func log() async {
    var left = outputLimit ?? .max
    for await lines in child.output.portions {
      if let line = lines.last { lastLine.withLock { $0 = line.text } }
      for line in lines where left > 0 {
        left -= line.text.utf8.count + 1
        let level = logger == nil && line.source == "stderr" ? LogLevel.warning : .info
        await run.log(line.text, level: level, logger: logger ?? line.source)
        if left <= 0 { await run.log(Self.cutMark, level: .warning, logger: Self.workerLogger) }
      }
      child.output.taken()
    }
  }

  private static let cutMark = "The limit of the output is reached: what follows is not kept."
  /// Whom the log names when it is the worker that speaks.
  static let workerLogger = "martlet.worker"
}
