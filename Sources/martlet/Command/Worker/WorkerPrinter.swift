// Decides the lines by which a worker tells people what it does.

import Glibc
import MartletProto
import MartletWire
import MartletWorker
import Synchronization

/// Prints the news of a worker, a line each.
final class WorkerPrinter: Sendable {
  private let pool: String
  private let name: String
  private let hasStarted = Mutex(false)

  init(pool: String, name: String) {
    self.pool = pool
    self.name = name
  }

  /// Prints what happened.
  func print(_ news: WorkerNews) {
    switch news {
    case .started(let id):
      let isFirst = hasStarted.withLock { started in
        defer { started = true }
        return !started
      }
      guard isFirst else { return say("Worker '\(label)' is connected again.") }
      say("Discovered type 'process' for work pool '\(pool)'.")
      say("Worker '\(label)' started!\(id.isEmpty ? "" : " (\(id))")")
    case .adopted(let count): say("Found \(count) running since before the restart.")
    case .submitting(let run):
      say("Worker '\(label)' submitting flow run '\(run.id)'")
    case .submitted(let run):
      say("Flow run '\(run.name)' (\(run.id)) submitted to infrastructure")
    case .declined(let run, let reason):
      say("Flow run '\(run.name)' (\(run.id)) went back: \(reason)", isError: true)
    case .ended(let exit): tell(exit)
    case .draining(let left):
      say(left == 0 ? "Taking no more." : "Taking no more; \(left) to finish.")
    case .disconnected(let why): say("The server is away: \(why)", isError: true)
    }
  }

  /// The worker has ended.
  func stopped() { say("Worker '\(label)' stopped.") }

  private func tell(_ exit: JobExit) {
    switch exit.ending {
    case .exited(0): say("Process for flow run '\(exit.job.runID)' exited cleanly.")
    case .exited(let code):
      say("Process for flow run '\(exit.job.runID)' exited with \(code).", isError: true)
    case .signalled(let number):
      say("Process for flow run '\(exit.job.runID)' was ended by signal \(number).", isError: true)
    case .lost:
      say("Process for flow run '\(exit.job.runID)' is gone.", isError: true)
    }
  }

  private var label: String { "ProcessWorker \(name)" }

  private func say(_ text: String, isError: Bool = false) {
    let line = "\(Timestamp.now.clock) | \(text)\n"
    // A reader that has gone away does not end a worker.
    Array(line.utf8).withUnsafeBufferPointer {
      _ = write(isError ? STDERR_FILENO : STDOUT_FILENO, $0.baseAddress, $0.count)
    }
  }
}
