// Decides how what the engine has for a worker reaches the worker's stream: in order, and without making the engine wait.

internal import MartletEngine
internal import MartletModel
internal import MartletProto

/// What a worker is to be told.
enum WorkerWord: Sendable {
  /// Runs for it.
  case offers([RunOffer])
  /// Something else.
  case notice(WorkerNotice)
}

/// The words for one worker, until its stream takes them.
final class WorkerStream: OfferSink {
  /// The words, in order. There is never more of them than the worker's credit and what follows from it.
  let words: AsyncStream<WorkerWord>
  private let sink: AsyncStream<WorkerWord>.Continuation

  init() { (words, sink) = AsyncStream.makeStream() }

  func offer(_ offers: [RunOffer]) { sink.yield(.offers(offers)) }
  func tell(_ notice: WorkerNotice) { sink.yield(.notice(notice)) }
  /// Says no more.
  func finish() { sink.finish() }
}
