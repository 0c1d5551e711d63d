// Decides how handlers and clients see a stream of messages: pull to read, await to write. Both suspend
// when the other side is slower, so nothing is buffered beyond the transport's windows.

/// Messages from the peer, read one at a time. For one reader.
public struct MessageStream<Element: Sendable>: AsyncSequence, Sendable {
  /// Returns the next message, nil at the end; throws `Status` or `CancellationError`.
  @usableFromInline let pull: @Sendable () async throws -> Element?

  /// Makes a stream of a function that yields the next message.
  public init(pull: @escaping @Sendable () async throws -> Element?) { self.pull = pull }

  /// Reads one message; nil at the end.
  @inlinable public func next() async throws -> Element? { try await pull() }

  /// Reads the stream.
  public struct AsyncIterator: AsyncIteratorProtocol {
    @usableFromInline let pull: @Sendable () async throws -> Element?
    /// Reads one message; nil at the end.
    @inlinable public mutating func next() async throws -> Element? { try await pull() }
  }
  /// Begins to read.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pull: pull) }
}

/// Messages to the peer.
public struct MessageWriter<Element: Sendable>: Sendable {
  @usableFromInline let push: @Sendable (Element) async throws -> Void

  /// Makes a writer of a function that sends one message.
  public init(push: @escaping @Sendable (Element) async throws -> Void) { self.push = push }

  /// Sends one message; suspends while the peer's window is full.
  ///
  /// - Throws: `CancellationError` or `Status` when the call is over.
  @inlinable public func write(_ element: Element) async throws { try await push(element) }
}
