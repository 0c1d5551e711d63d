// Decides how a handler sends metadata of its own: headers before the first message, trailers with the
// status. Most handlers send none, so nothing is made until one does.

import Glibc
import Synchronization

/// The metadata of a response, filled by the handler.
public final class ResponseMetadata: Sendable {
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
