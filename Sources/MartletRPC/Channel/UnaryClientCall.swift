// Decides how a unary call goes out and comes back: one frame each way, decoded by the caller.

import MartletCall
import MartletHTTP
import NIOConcurrencyHelpers
import NIOCore

/// One attempt at a unary call.
///
/// `@unchecked Sendable`: as its superclass, it is touched on the channel's loop only.
final class UnaryClientCall: ClientCallCore, @unchecked Sendable {
  private let request: ByteBuffer
  private var assembler: MessageAssembler
  private var waiter: CheckedContinuation<Void, Never>?
  /// Handed over under a lock: ThreadSanitizer knows nothing of what a continuation orders when it is resumed before
  /// its task has suspended.
  private let outcome = NIOLockedValueBox<Result<EncodedMessage, CallFailure>?>(nil)

  init(
    _ channel: ChannelCore, _ method: MethodDescriptor, _ options: CallOptions, request: ByteBuffer
  ) {
    self.request = request
    assembler = MessageAssembler(limit: channel.configuration.sizes.received)
    super.init(channel, method, options)
  }

  /// Makes the attempt; throws `CallFailure`.
  func response() async throws -> EncodedMessage {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        channel.onLoop { [self] in
          waiter = continuation
          if isOver { finished(CallFailure(Status(.cancelled, "the call was cancelled"))) }
          begin()
        }
      }
    } onCancel: {
      channel.executor.submit { [self] in cancel() }
    }
    // Nobody resumes without an outcome.
    guard let outcome = outcome.withLockedValue({ $0 }) else { throw CancellationError() }
    return try outcome.get()
  }

  override func opened(_ stream: any HTTPStream) {
    stream.send(request)
    endRequest()
  }

  override func headArrived(_ compression: Compression?) { assembler.compression = compression }

  override func received(_ bytes: inout ByteBuffer) {
    stream?.consumed(bytes.readableBytes)
    assembler.append(&bytes)
    if let announced = assembler.announced, announced > assembler.limit {
      end(CallFailure(assembler.oversize))
    } else if assembler.pending > assembler.limit + MessageAssembler.prefix {
      end(CallFailure(Status(.internal, "the server sent more than one response")))
    }
  }

  override func finished(_ failure: CallFailure?) {
    guard let waiter else { return }
    self.waiter = nil
    let result = failure.map { .failure($0) } ?? body()
    outcome.withLockedValue { $0 = result }
    waiter.resume()
  }

  /// The one message of a response that ended well.
  private func body() -> Result<EncodedMessage, CallFailure> {
    do throws(Status) {
      guard let body = try assembler.next() else {
        throw Status(.internal, "the server sent OK without a response")
      }
      guard assembler.pending == 0 else {
        throw Status(.internal, "the server sent more than one response")
      }
      return .success(body)
    } catch {
      return .failure(CallFailure(error))
    }
  }
}
