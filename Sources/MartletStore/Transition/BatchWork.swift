// Decides what a batch is while it is worked on: its commands, one after the other, and their answers so far.

import MartletModel

/// A batch while it is worked on.
struct BatchWork {
  private(set) var submissions: [Submission] = []
  private(set) var commands: [Command] = []
  var answers: [CommandAnswer?] = []
  var effects: CommitEffects = []
  /// What the limits are to be asked before the commands without an answer can be decided.
  var requests: [RunSlotRequest] = []

  init(_ batch: [Submission]) {
    submissions = batch
    for submission in batch {
      commands += submission.commands
      if submission.refused.isEmpty {
        answers += repeatElement(nil, count: submission.commands.count)
      } else {
        answers += submission.refused.map { $0.map { CommandAnswer(.failure(.invalid($0))) } }
      }
    }
  }

  /// The places without an answer.
  var open: [Int] { answers.indices.filter { answers[$0] == nil } }

  /// The runs of the commands without an answer, each as often as it has such.
  var openRuns: [RunID] { open.map { commands[$0].runID } }

  /// Takes up another one's submissions.
  mutating func append(_ other: BatchWork) {
    submissions += other.submissions
    commands += other.commands
    answers += other.answers
    effects.formUnion(other.effects)
    requests += other.requests
  }

  /// Calls back every submission that has its answers; the others with the failure, if there is one.
  /// - Returns: Those that wait for what the limits say.
  func complete(failure: StoreError?) -> BatchWork {
    var asking = BatchWork([])
    var start = 0
    for submission in submissions {
      let end = start + submission.commands.count
      let own = answers[start..<end]
      start = end
      let given = own.compactMap { $0 }
      if given.count == own.count {
        submission.completion(.success(given))
      } else if failure == nil, !requests.isEmpty {
        asking.submissions.append(submission)
        asking.commands += submission.commands
        asking.answers += own
      } else {
        submission.completion(
          .failure(failure ?? .failed(message: "a command of the batch got no answer")))
      }
    }
    if !asking.submissions.isEmpty { asking.requests = requests }
    return asking
  }
}
