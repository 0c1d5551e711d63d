// Decides how a handler sends metadata of its own (headers before the first message, trailers with the status)
// and chooses compression. Most handlers send none, so nothing is made until one does. A client may hand one in
// to read what came.

import Glibc
import Synchronization

/// The metadata of a response, filled by the handler; on a client, by the transport.
public final class ResponseMetadata: Sendable {
  private enum Choice: UInt8, AtomicRepresentable {
    /// The server decides.
    case open
    case plain
    case compressed
    /// The head is out, and nothing in it names compression.
    case impossible
  }

  private let choice = Atomic<Choice>(.open)
  private let lastWasCompressed = Atomic<Bool>(false)
  private let content = AtomicLazyReference<Content>()

  /// Makes empty metadata.
  public init() {}

  /// Whether anything was set; cheaper to ask than the metadata.
  public var isTouched: Bool { content.load() != nil }

  /// Sent before the first message; later changes have no effect.
  public var headers: Metadata {
    get { content.load()?.read(\.headers) ?? [:] }
    set { made.write(\.headers, newValue) }
  }
  /// Sent with the status.
  public var trailers: Metadata {
    get { content.load()?.read(\.trailers) ?? [:] }
    set { made.write(\.trailers, newValue) }
  }

  /// Whether the message that was read last came compressed: on a server a request, on a client a response.
  public package(set) var lastMessageWasCompressed: Bool {
    get { lastWasCompressed.load(ordering: .relaxed) }
    set { lastWasCompressed.store(newValue, ordering: .relaxed) }
  }

  /// Whether responses from here on are compressed, for callers who take that; nil leaves it to the server.
  ///
  /// To choose from message to message, choose before the first: its head says whether there is compression.
  public var compresses: Bool? {
    get {
      switch choice.load(ordering: .relaxed) {
      case .open: nil
      case .plain, .impossible: false
      case .compressed: true
      }
    }
    set {
      let wanted: Choice = newValue.map { $0 ? .compressed : .plain } ?? .open
      let current = choice.load(ordering: .relaxed)
      guard current != .impossible else { return }
      _ = choice.compareExchange(expected: current, desired: wanted, ordering: .relaxed)
    }
  }

  /// Whether the head that goes out now names compression; if it does not, nothing is compressed from here on.
  package func namesCompression(byDefault: Bool) -> Bool {
    let before = choice.compareExchange(
      expected: .open, desired: byDefault ? .open : .impossible, ordering: .relaxed
    ).original
    return byDefault || before == .plain || before == .compressed
  }

  private var made: Content { content.load() ?? content.storeIfNil(Content()) }
}

/// What was set.
///
/// `@unchecked Sendable`: both variables are touched between lock and unlock only. A POSIX lock, because
/// ThreadSanitizer does not see that of the Synchronization module.
private final class Content: @unchecked Sendable {
  var headers: Metadata = [:]
  var trailers: Metadata = [:]
  private let lock: UnsafeMutablePointer<pthread_mutex_t>

  init() {
    lock = .allocate(capacity: 1)
    lock.initialize(to: pthread_mutex_t())
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  func read(_ path: KeyPath<Content, Metadata>) -> Metadata {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return self[keyPath: path]
  }

  func write(_ path: ReferenceWritableKeyPath<Content, Metadata>, _ value: Metadata) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    self[keyPath: path] = value
  }
}
