// Decides that the Swift client sees of a real server what the table of conformance says, case by case.

import Foundation
import Martlet
import MartletWire
import ServerProcess
import Testing

@Suite(.timeLimit(.minutes(5))) struct ConformanceTests {
  static let cases: [ConformanceCase] = {
    let table = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Conformance")
    let files = (try? FileManager.default.contentsOfDirectory(atPath: table.path)) ?? []
    return files.filter { $0.hasSuffix(".json") }.sorted().flatMap { name -> [ConformanceCase] in
      guard let data = try? Data(contentsOf: table.appending(path: name)),
        let file = try? JSONDecoder().decode(Lenient.self, from: data).value
      else { return [] }
      return (file["cases"]?.elements ?? []).map(ConformanceCase.init)
    }
  }()

  @Test func theTableIsThere() {
    #expect(Self.cases.count >= 50)
    #expect(
      Self.cases.filter { $0.reasonToLeaveOut == .bareHTTP }.allSatisfy {
        $0.name.hasPrefix("http/")
      })
    #expect(
      Self.cases.filter { $0.reasonToLeaveOut == .holdsNUL }.map(\.name)
        == ["log/a-bad-line-fails-alone", "run/create-names-the-field"])
  }

  @Test(arguments: cases.filter { $0.reasonToLeaveOut == nil })
  func holds(_ testCase: ConformanceCase) async throws {
    let server = try await ServerProcess.shared.value
    let client = try Client(address: server.address)
    defer { client.close() }
    try await ConformanceRun(testCase, over: client.channel).carryOut()
  }
}
