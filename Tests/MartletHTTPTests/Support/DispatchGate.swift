// Decides how a test holds a thread back until it says so.

import Dispatch

/// Blocks a thread that is not of Swift's pool until it is opened.
final class DispatchGate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)

  func wait() { semaphore.wait() }
  func open() { semaphore.signal() }
}
