// Decides what must survive on disk: order, everything whole before a tear, and nothing of the living.

import Foundation
import MartletCall
import MartletProto
import Testing

@testable import Martlet

@Suite struct SpoolTests {
  private let directory = FileManager.default.temporaryDirectory.appending(
    path: "martlet-spool-\(UUID().uuidString)/deep/er")

  private func spool(_ name: String = "s") -> Spool {
    Spool(
      directory: directory.path, name: name, namespace: "n", session: Session(id: "session"))
  }

  private func reports(_ seqs: ClosedRange<Int64>) -> [RunReport] {
    seqs.map { RunReport(runID: "run", epoch: 1, seq: $0, item: .propose(State(type: .running))) }
  }

  private func contents(_ path: String) throws -> [BatchReportRequest] {
    let file = try FileHandle(forReadingFrom: URL(filePath: path))
    var reader = SpoolReader(file.fileDescriptor)
    var requests: [BatchReportRequest] = []
    while let request = reader.next() { requests.append(request) }
    return requests
  }

  @Test func comesOutInOrderWhileItGoesIn() throws {
    let spool = spool()
    #expect(!spool.exists)
    #expect(spool.append(reports(1...250)))
    #expect(spool.take(120).map(\.seq) == Array(1...120))
    #expect(spool.append(reports(251...260)))
    #expect(spool.unread == 140)
    #expect(spool.take(1000).map(\.seq) == Array(121...260))
    #expect(spool.unread == 0)
    #expect(spool.take(10).isEmpty)
    // What stays in memory is on disk for others only.
    #expect(spool.append(reports(261...262), isRead: true))
    #expect(spool.append(reports(263...263)))
    #expect(spool.take(10).map(\.seq) == [263])
    let path = try #require(Spool.files(in: directory.path).first)
    let requests = try contents(path)
    #expect(requests.flatMap(\.reports).map(\.seq) == Array(1...263))
    #expect(requests.allSatisfy { $0.session?.id == "session" && $0.namespace == "n" })
    spool.remove()
    #expect(Spool.files(in: directory.path).isEmpty)
    #expect(spool.append(reports(1...1)))
    #expect(spool.take(10).map(\.seq) == [1])
  }

  @Test func aTornTailIsNotThere() throws {
    let spool = spool()
    for seq in 1...3 { #expect(spool.append(reports(Int64(seq)...Int64(seq)))) }
    let path = try #require(Spool.files(in: directory.path).first)
    let whole = try Data(contentsOf: URL(filePath: path))
    for cut in 1..<whole.count {
      try whole.prefix(cut).write(to: URL(filePath: path + ".cut"))
      let seqs = try contents(path + ".cut").flatMap(\.reports).map(\.seq)
      #expect(seqs == Array(1...3).prefix(cut * 3 / whole.count).map(Int64.init), "cut at \(cut)")
    }
  }

  @Test func aFlippedBitEndsTheFile() throws {
    let spool = spool()
    for seq in 1...3 { #expect(spool.append(reports(Int64(seq)...Int64(seq)))) }
    let path = try #require(Spool.files(in: directory.path).first)
    let whole = try Data(contentsOf: URL(filePath: path))
    let record = whole.count / 3
    for place in record..<2 * record {
      var damaged = whole
      damaged[place] ^= 0x10
      try damaged.write(to: URL(filePath: path + ".bad"))
      #expect(try contents(path + ".bad").flatMap(\.reports).map(\.seq) == [1], "at \(place)")
    }
  }

  @Test func theChecksumIsThatOfZip() {
    #expect(Array("123456789".utf8).withUnsafeBytes { CRC32.of($0) } == 0xCBF4_3926)
  }

  @Test func theLivingAreLeftAlone() async throws {
    let channel = FakeChannel()
    let spool = spool()
    #expect(spool.append(reports(1...3)))
    #expect(try await SpoolReplay.run(directory.path, to: channel) == 0)
    #expect(Spool.files(in: directory.path).count == 1)
  }

  @Test func theDeadAreSentForTheirSession() async throws {
    let channel = FakeChannel()
    do {
      let spool = spool()
      #expect(spool.append(reports(1...250)))
    }
    #expect(try await SpoolReplay.run(directory.path, to: channel) == 250)
    #expect(Spool.files(in: directory.path).isEmpty)
    #expect(channel.reports.map(\.seq) == Array(1...250))
    #expect(channel.requests.allSatisfy { $0.session?.id == "session" && $0.namespace == "n" })
  }

  @Test func whatFindsNoServerStays() async throws {
    let channel = FakeChannel()
    channel.answer { _ in throw FakeChannel.away }
    do { #expect(spool().append(reports(1...3))) }
    await #expect(throws: FakeChannel.away) {
      try await SpoolReplay.run(directory.path, to: channel)
    }
    #expect(Spool.files(in: directory.path).count == 1)
  }

  @Test func whatTheServerCannotReadHoldsUpNobody() async throws {
    let channel = FakeChannel()
    channel.answer { request in
      if request.reports.contains(where: { $0.runID == "bad" }) {
        throw Status(.invalidArgument, "unreadable")
      }
      return request.reports.map { _ in
        ReportResult(outcome: .verdict(Verdict(code: .accepted)))
      }
    }
    let reports = ["a", "bad", "b"].map {
      RunReport(runID: $0, epoch: 1, seq: 1, item: .propose(State(type: .running)))
    }
    do { #expect(spool().append(reports)) }
    #expect(try await SpoolReplay.run(directory.path, to: channel) == 3)
    #expect(channel.reports.map(\.runID) == ["a", "b"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["s.refused"])
  }

  @Test(.timeLimit(.minutes(5))) func whatMustWaitIsLeftForAnotherTime() async throws {
    let channel = FakeChannel()
    channel.answer { request in
      request.reports.map { _ in
        var verdict = Verdict(code: .wait)
        verdict.wait = .milliseconds(10)
        return ReportResult(outcome: .verdict(verdict))
      }
    }
    do { #expect(spool().append(reports(1...1))) }
    let answered = try await SpoolReplay.run(
      directory.path, to: channel, patience: .milliseconds(100))
    #expect(answered == 0)
    #expect(Spool.files(in: directory.path).count == 1)
  }

  @Test func whatIsRefusedIsKeptForPeople() async throws {
    let channel = FakeChannel()
    channel.answer { request in
      request.reports.map { _ in
        ReportResult(outcome: .error(ReportError(code: 3, reason: "INVALID")))
      }
    }
    do { #expect(spool().append(reports(1...3))) }
    #expect(try await SpoolReplay.run(directory.path, to: channel) == 3)
    #expect(Spool.files(in: directory.path).isEmpty)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["s.refused"])
  }
}
