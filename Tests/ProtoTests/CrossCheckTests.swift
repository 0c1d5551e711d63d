// Tests the message layer against Python's protobuf: thousands of random messages of every type of the contract and
// of one with every kind of field, in both encodings and both directions.

import Foundation
import MartletProto
import MartletWire
import TestProto
import Testing

@Suite struct CrossCheckTests {
  /// What the script is told first.
  private struct Setup: Codable {
    var seed: UInt64
    var files: [String]
    var anyTypes: [String]
    var rounds: [String: Int]
  }

  /// What the script sends.
  private struct Question: Codable {
    var type: String?
    var binary: String?
    var json: String?
    var failure: String?
    var done: Int?
  }

  /// What it is answered.
  private struct Answer: Codable {
    var binary: String?
    var json: String?
    var jsonWithDefaults: String?
    var error: String?
  }

  private static let types: [String: any WireMessage.Type] =
    MartletProto.ProtoTypes.messages.merging(TestProto.ProtoTypes.messages) { first, _ in first }

  @Test func contractAgreesWithPython() throws {
    var rounds: [String: Int] = [:]
    for name in MartletProto.ProtoTypes.messages.keys { rounds[name] = Self.rounds(40) }
    try check(
      rounds, files: MartletProto.ProtoDescriptors.files,
      anyTypes: [
        "google.rpc.ErrorInfo", "google.rpc.RetryInfo", "martlet.v1.Run",
        "google.protobuf.Timestamp", "google.protobuf.Struct", "google.protobuf.Duration",
      ])
  }

  @Test func everyKindOfFieldAgreesWithPython() throws {
    let rounds = TestProto.ProtoTypes.messages.keys.map {
      ($0, Self.rounds($0.hasSuffix(".Everything") ? 120 : 100))
    }
    try check(
      Dictionary(uniqueKeysWithValues: rounds), files: TestProto.ProtoDescriptors.files,
      anyTypes: [
        "martlet.test.v1.Sample", "martlet.test.v1.Everything", "martlet.test.v1.Nothing",
        "google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.Value",
        "google.protobuf.ListValue", "google.protobuf.FieldMask", "google.protobuf.Empty",
        "google.protobuf.Int64Value", "google.protobuf.BytesValue", "google.protobuf.Any",
      ])
  }

  /// MARTLET_CROSSCHECK multiplies the number of messages.
  private static func rounds(_ count: Int) -> Int {
    count * (ProcessInfo.processInfo.environment["MARTLET_CROSSCHECK"].flatMap { Int($0) } ?? 1)
  }

  private func check(_ rounds: [String: Int], files: [DescriptorFile], anyTypes: [String]) throws {
    let environment = ProcessInfo.processInfo.environment
    let seed =
      environment["MARTLET_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...UInt64(1 << 53))
    let python = try PythonScript("crosscheck.py")
    defer { python.end() }
    try python.send(
      Setup(
        seed: seed, files: files.map { Data($0.bytes).base64EncodedString() }, anyTypes: anyTypes,
        rounds: rounds))
    while let question = try python.receive(Question.self) {
      if let done = question.done {
        #expect(done == rounds.values.reduce(0, +))
        return
      }
      guard let name = question.type, let type = Self.types[name] else {
        Issue.record("MARTLET_SEED=\(seed): \(question.failure ?? "no type in a question")")
        return
      }
      try python.send(answer(question, type))
    }
    Issue.record("MARTLET_SEED=\(seed): the script ended early")
  }

  private func answer<M: WireMessage>(_ question: Question, _ type: M.Type) -> Answer {
    do {
      let bytes = Array(Data(base64Encoded: question.binary ?? "") ?? Data())
      let fromBinary = try M(encoded: bytes)
      let fromJSON = try M(json: question.json ?? "")
      // NaN differs from itself, its encoding does not. Python orders the maps inside of an Any in its own way; once
      // through JSON they are in ours.
      guard
        try fromBinary.encoded() == fromJSON.encoded()
          || M(json: fromBinary.jsonText()).encoded() == fromJSON.encoded()
      else {
        return Answer(error: "the message read from JSON differs from the one read from binary")
      }
      return Answer(
        binary: Data(fromBinary.encoded()).base64EncodedString(), json: try fromBinary.jsonText(),
        jsonWithDefaults: try fromBinary.jsonText(options: JSONOptions(writesDefaults: true)))
    } catch {
      return Answer(error: "\(error)")
    }
  }
}

/// A Python script beside this file, spoken to in lines of JSON.
private final class PythonScript {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var unread = Data()

  init(_ name: String) throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: name)
    let python = ProcessInfo.processInfo.environment["PYTHON"] ?? "python3"
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, script.path]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
  }

  func send(_ value: some Encodable) throws {
    try input.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(value) + [0x0a])
  }

  /// The next line; nil at the end.
  func receive<T: Decodable>(_ type: T.Type) throws -> T? {
    while true {
      if let end = unread.firstIndex(of: 0x0a) {
        let line = unread[unread.startIndex..<end]
        unread = Data(unread[unread.index(after: end)...])
        return try JSONDecoder().decode(T.self, from: Data(line))
      }
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { return nil }
      unread += more
    }
  }

  func end() {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}
