// Decides what must hold of a worker's book: it never has more than its room, never launches a job twice, and says what the
// server does not know.

import Martlet
import MartletProto
import Testing

@testable import MartletWorker

struct WorkerBookTests {
  private let now = ContinuousClock.now

  private func offer(_ run: String, _ epoch: Int64 = 1) -> Offer {
    var offered = Run()
    offered.id = run
    return Offer(run: offered, epoch: epoch)
  }

  private func exit(_ run: String, _ epoch: Int64 = 1, _ ending: JobExit.Ending = .exited(0))
    -> JobExit
  {
    JobExit(job: JobID(runID: run, epoch: epoch), sessionID: "s", ending: ending)
  }

  private func credits(_ kinds: [ConnectRequest.Kind]) -> [Int32] {
    kinds.compactMap { if case .credit(let credit) = $0 { credit.runs } else { nil } }
  }

  private func begun(limit: Int) -> WorkerBook {
    var book = WorkerBook(limit: limit)
    book.begin(at: now)
    return book
  }

  @Test func roomIsToldWhenTheServerDoesNotKnowIt() {
    var book = begun(limit: 2)
    #expect(credits(book.next(at: now)) == [2])
    #expect(credits(book.next(at: now)) == [])
    guard case .launch(let job) = book.take(offer("a"), namespace: "n") else {
      Issue.record("not launched")
      return
    }
    #expect(job.namespace == "n")
    book.launched(job.id)
    // The offer counted by itself.
    #expect(book.next(at: now) == [.accept(ConnectRequest.Accept(runID: "a", epoch: 1))])
    book.ended(exit("a"), at: now)
    #expect(credits(book.next(at: now)) == [2])
  }

  @Test func anOfferIsLaunchedOnceAndOnlyWhereThereIsRoom() {
    var book = begun(limit: 1)
    _ = book.next(at: now)
    #expect(book.take(offer("a"), namespace: "") != .known)
    #expect(book.take(offer("a"), namespace: "") == .known)
    #expect(book.take(offer("b"), namespace: "") == .decline("the worker has no room"))
    #expect(book.count == 1)
    // Another epoch of the same run is another job; it goes back too.
    #expect(book.take(offer("a", 2), namespace: "") == .decline("the worker has no room"))
    let declined = book.next(at: now).filter { if case .decline = $0 { true } else { false } }
    #expect(declined.count == 2)
  }

  @Test func aJobThatCannotBeLaunchedGoesBackAndMakesRoom() {
    var book = begun(limit: 1)
    _ = book.next(at: now)
    _ = book.take(offer("a"), namespace: "")
    book.refuse(JobID(runID: "a", epoch: 1), "no")
    #expect(
      book.next(at: now) == [
        .decline(ConnectRequest.Decline(runID: "a", epoch: 1, reason: "no")),
        .credit(ConnectRequest.Credit(runs: 1)),
      ])
  }

  @Test func endsAreToldAgainInTheNextStreamForAWhile() {
    var book = begun(limit: 1)
    _ = book.take(offer("a"), namespace: "")
    book.ended(exit("a", 1, .signalled(9)), at: now)
    #expect(book.next(at: now).contains(.exited(Exited(exit("a", 1, .signalled(9))))))
    book.begin(at: now + .seconds(5))
    #expect(book.next(at: now).contains(.exited(Exited(exit("a", 1, .signalled(9))))))
    book.begin(at: now + .seconds(600))
    #expect(credits(book.next(at: now)) == [1])
    #expect(book.next(at: now).isEmpty)
  }

  @Test func whatLivesSinceBeforeCountsAndIsTold() {
    var book = WorkerBook(limit: 2)
    book.adopt(Job(offer("a", 3)))
    book.begin(at: now)
    #expect(book.heldRuns == [HeldRun(runID: "a", epoch: 3)])
    #expect(credits(book.next(at: now)) == [1])
    #expect(book.job(ofRun: "a", epoch: 3) != nil)
    #expect(book.job(ofRun: "a", epoch: 2) == nil)
  }

  @Test func aDrainTakesRoomAwayAndIsDoneWhenNothingIsLeft() {
    var book = begun(limit: 3)
    _ = book.next(at: now)
    _ = book.take(offer("a"), namespace: "")
    book.drain()
    book.drain()
    let said = book.next(at: now)
    #expect(said.count == 2 && said[0] == .draining(ConnectRequest.Draining()))
    #expect(credits(said) == [0])
    // The next stream hears it too.
    book.begin(at: now)
    #expect(book.next(at: now).first == .draining(ConnectRequest.Draining()))
    #expect(book.take(offer("b"), namespace: "") == .decline("the worker drains"))
    #expect(!book.isDone)
    book.ended(exit("a"), at: now)
    #expect(book.isDone)
    #expect(credits(book.next(at: now)) == [0])
  }
}
