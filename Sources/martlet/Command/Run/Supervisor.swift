// Decides what happens beside a command while it runs: its lines go to the log, signals to it, a wish to stop or the end
// of its time ends it (TERM, a grace, KILL); and that its log is complete before its end is told.

import Glibc
import Martlet
import MartletProto
import Synchronization

/// Watches over one command.
final class Supervisor: Sendable {
  /// Why a command was ended by us.
  enum Reason: Sendable { case cancelled, timedOut }

  /// How it went.
  struct Ending: Sendable {
    var child: ChildProcess.Ending
    var reason: Reason?
  }

  /// The signals that are handed on.
  static let forwarded = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH]

  // The grace after a time-out, and when a cancellation names none.
  static let grace = Duration.seconds(10)
  // How long somebody else may keep the pipes open after the command has ended.
  private static let pipeLimit = Duration.seconds(1)

  private let child: ChildProcess
  private let run: TrackedRun
  private let timeout: Duration?
  private let reason = Mutex<Reason?>(nil)
  private let wishes: AsyncStream<Duration>
  private let wishSink: AsyncStream<Duration>.Continuation

  /// Takes a command that has been started.
  init(child: ChildProcess, run: TrackedRun, timeout: Duration?) {
    self.child = child
    self.run = run
    self.timeout = timeout
    (wishes, wishSink) = AsyncStream.makeStream()
  }

  /// Ends the command; the first reason counts.
  func cancel(grace: Duration?) { end(.cancelled, grace: grace ?? Self.grace) }

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
          self.end(.timedOut, grace: Self.grace)
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
    return Ending(child: ending, reason: reason.withLock { $0 })
  }

  private func heed() async {
    for await grace in wishes {
      child.doom()
      child.signal(SIGTERM)
      // A stopped command could not heed it.
      child.signal(SIGCONT)
      guard (try? await Task.sleep(for: grace)) != nil else { return }
      child.signal(SIGKILL)
    }
  }

  private func log() async {
    for await lines in child.output.portions {
      for line in lines {
        await run.log(
          line.text, level: line.source == "stderr" ? .warning : .info, logger: line.source)
      }
      child.output.taken()
    }
  }
}
