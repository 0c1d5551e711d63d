// Decides what a program that serves is let know.

public import MartletProto
import MartletWorker

/// What happens while a program serves.
public enum ServingNews: Sendable {
  /// The server knows that the program is there; again after it was away.
  case serving
  /// A run begins here.
  case begins(Run)
  /// A run went back.
  case declined(Run, reason: String)
  /// The server is away; it is tried again.
  case disconnected(String)
  /// The program takes no more, and waits for so many runs.
  case draining(left: Int)

  /// Nil for what is of no interest.
  init?(_ news: WorkerNews) {
    switch news {
    case .started: self = .serving
    case .submitted(let run): self = .begins(run)
    case .declined(let run, let reason): self = .declined(run, reason: reason)
    case .disconnected(let why): self = .disconnected(why)
    case .draining(let left): self = .draining(left: left)
    case .adopted, .submitting, .ended: return nil
    }
  }
}
