// Tests that no bytes of a peer do more than fail: deep nesting, cut and damaged messages, bad text, oversize.

import Foundation
import MartletWire
import TestProto
import Testing

/// Random numbers that a seed repeats.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

@Suite struct HostileBytesTests {
  @Test func keysThatAreOneTextInTwoFormsAreRefused() throws {
    let number = 72
    func entry(_ key: String, _ value: String) -> [UInt8] {
      Self.field(number, Self.field(1, Array(key.utf8)) + Self.field(2, Array(value.utf8)))
    }
    // The same key twice is the last one, as protobuf has it.
    #expect(
      try Everything(encoded: entry("\u{e9}", "a") + entry("\u{e9}", "b")).byString.count == 1)
    #expect {
      _ = try Everything(encoded: entry("\u{e9}", "a") + entry("e\u{301}", "b"))
    } throws: {
      ($0 as? WireError)?.reason == .duplicateKey
    }
    #expect {
      _ = try Everything(json: "{\"byString\":{\"\u{e9}\":\"a\",\"e\u{301}\":\"b\"}}")
    } throws: {
      ($0 as? WireError)?.reason == .duplicateKey
    }
  }

  /// A length-delimited field.
  static func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(content.count) + content
  }

  static func varint(_ value: Int) -> [UInt8] {
    var rest = UInt64(bitPattern: Int64(value))
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  /// Expressions negated so many times.
  static func nested(_ depth: Int) -> [UInt8] {
    (0..<depth).reduce([]) { content, _ in field(2, content) }
  }

  @Test func hundredLevelsAreReadAndNoMore() throws {
    // The message itself is the first level.
    var expression = try Expression(encoded: Self.nested(99))
    var levels = 1
    while case .negated(let inner)? = expression.node {
      expression = inner
      levels += 1
    }
    #expect(levels == 100)
    let error = #expect(throws: WireError.self) { try Expression(encoded: Self.nested(100)) }
    #expect(error?.reason == .tooDeep)
  }

  @Test func nestingCannotExhaustTheStack() {
    // Quadratic to build, so it is built from the inside out by prepending.
    var bytes: [UInt8] = []
    var lengths = 0
    var heads: [[UInt8]] = []
    for _ in 0..<300_000 {
      let head = [UInt8(0x12)] + Self.varint(lengths)
      heads.append(head)
      lengths += head.count
    }
    for head in heads.reversed() { bytes += head }
    let error = #expect(throws: WireError.self) { try Expression(encoded: bytes) }
    #expect(error?.reason == .tooDeep)
  }

  @Test func nestingCannotExhaustASmallStack() throws {
    // A thread with little stack is told so, too, and does not crash.
    let bytes = Self.nested(5000)
    nonisolated(unsafe) var reason: WireError.Reason?
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
      do throws(WireError) {
        _ = try Expression(encoded: bytes)
      } catch {
        reason = error.reason
      }
      done.signal()
    }
    thread.stackSize = 256 << 10
    thread.start()
    done.wait()
    #expect(reason == .tooDeep)
  }

  @Test func deepJSONIsRefused() throws {
    func expression(_ depth: Int) -> String {
      String(repeating: #"{"negated":"#, count: depth) + "{}" + String(repeating: "}", count: depth)
    }
    _ = try Expression(json: expression(99))
    let lists = String(repeating: "[", count: 100_000)
    for text in [
      expression(100), #"{"value":\#(lists)"#, #"{"struct":{"a":\#(lists)"#,
      String(repeating: #"{"any":{"@type":"x/google.protobuf.Any","value":"#, count: 10_000),
    ] {
      let error = #expect(throws: WireError.self) {
        if text.hasPrefix(#"{"neg"#) {
          _ = try Expression(json: text)
        } else {
          _ = try Everything(json: text)
        }
      }
      #expect(error?.reason == .tooDeep)
    }
    let error = #expect(throws: WireError.self) {
      try Everything(
        json: #"{"x":\#(lists)"#, options: JSONOptions(ignoreUnknownFields: true))
    }
    #expect(error?.reason == .tooDeep)
  }

  @Test func deepValuesAreNotWrittenAsJSON() {
    var value = JSONValue.null
    for _ in 0..<200 { value = .list([value]) }
    let error = #expect(throws: WireError.self) { try value.encodeJSON() }
    #expect(error?.reason == .tooDeep)
  }

  @Test func oversizeIsRefused() {
    let bytes = Self.field(14, Array(repeating: 65, count: 1000))
    let limits = DecodeLimits(size: 500, depth: 100)
    #expect(throws: WireError.self) { try Everything(encoded: bytes, limits: limits) }
    #expect(throws: WireError.self) {
      try Everything(
        json: #"{"stringField":"\#(String(repeating: "a", count: 600))"}"#,
        options: JSONOptions(limits: limits))
    }
  }

  @Test func emptyElementsCannotExhaustMemory() {
    // Two bytes on the wire for each Everything, which is some 2 KiB in memory: 4 GiB in all.
    let bytes = Array(repeatElement([0x92, 0x0a, 0x00] as [UInt8], count: 1 << 20).joined())
    let error = #expect(throws: WireError.self) { try Everything(encoded: bytes) }
    #expect(error?.reason == .tooLarge)
    let text = #"{"children":[{}\#(String(repeating: ",{}", count: 1 << 20))]}"#
    let second = #expect(throws: WireError.self) { try Everything(json: text) }
    #expect(second?.reason == .tooLarge)
  }

  @Test func nestedAnyCannotExhaustMemory() throws {
    // Each level is encoded into the one above: 90 times 2 MiB.
    let depth = 90
    let begin = String(
      repeating: #"{"@type":"x/google.protobuf.Any","value":"#, count: depth)
    let content = String(repeating: "a", count: 2 << 20)
    let inner = #"{"@type":"x/google.protobuf.StringValue","value":"\#(content)"}"#
    let end = String(repeating: "}", count: depth)
    let first = #expect(throws: WireError.self) {
      try Everything(json: #"{"any":\#(begin)\#(inner)\#(end)}"#)
    }
    #expect(first?.reason == .tooLarge)
    var any = AnyMessage(packing: Everything(stringField: content))
    for _ in 0..<depth { any = AnyMessage(packing: any) }
    let second = #expect(throws: WireError.self) { try Everything(any: any).encodeJSON() }
    #expect(second?.reason == .tooLarge)
  }

  @Test(arguments: [
    ("stringField", field(14, [0xff]), WireError.Reason.invalidUTF8),
    ("stringField", field(14, [0x61, 0x00, 0x62]), .embeddedNUL),
    ("optionalString", field(34, [0xc3]), .invalidUTF8),
    ("strings[1]", field(54, [0x61]) + field(54, [0x00]), .embeddedNUL),
    ("item.name", field(17, field(1, [0x80])), .invalidUTF8),
    ("items[1].name", field(57, []) + field(57, field(1, [0])), .embeddedNUL),
    ("byString[0].key", field(72, field(1, [0xfe]) + field(2, [0x61])), .invalidUTF8),
    ("byString[0].value", field(72, field(1, [0x61]) + field(2, [0x00])), .embeddedNUL),
    ("choiceString", field(85, [0xf8]), .invalidUTF8),
    ("wrappedString.value", field(116, field(1, [0xff])), .invalidUTF8),
    ("any.typeUrl", field(108, field(1, [0])), .embeddedNUL),
    (
      "nested.children[0].runId", field(161, field(162, field(146, [0xed, 0xa0, 0x80]))),
      .invalidUTF8
    ),
    ("value.stringValue", field(104, field(3, [0])), .embeddedNUL),
  ])
  func badTextIsRefusedByName(path: String, bytes: [UInt8], reason: WireError.Reason) {
    let error = #expect(throws: WireError.self) { try Everything(encoded: bytes) }
    #expect(error?.reason == reason)
    #expect(error?.path == path)
  }

  @Test func textInAnAnyIsCheckedWhenItIsWritten() {
    let item = Self.field(1, [0xff])
    let message = Everything(
      any: AnyMessage(typeURL: "x/martlet.test.v1.Everything.Item", value: item))
    let error = #expect(throws: WireError.self) { try message.encodeJSON() }
    #expect(error?.reason == .invalidUTF8)
    #expect(error?.path == "any.name")
  }

  @Test func cutMessagesFailOrAreShorter() throws {
    let whole = try Self.example().encoded()
    for length in 0..<whole.count {
      // A cut between fields is a shorter message; any other is an error. Neither may do more.
      if let message = try? Everything(encoded: Array(whole[..<length])) {
        #expect(message.encoded().count <= length)
      }
    }
    let text = Array(try Self.example().jsonText().utf8)
    for length in 0..<text.count {
      #expect(throws: WireError.self) { try Everything(json: Array(text[..<length])) }
    }
  }

  @Test func damagedMessagesDoNoHarm() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SeededGenerator(seed: seed)
    let binary = try Self.example().encoded()
    let json = Array(try Self.example().jsonText().utf8)
    for _ in 0..<20_000 {
      for whole in [binary, json] {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
          let index = Int.random(in: 0..<bytes.count, using: &generator)
          switch Int.random(in: 0..<3, using: &generator) {
          case 0: bytes[index] = UInt8.random(in: 0 ... .max, using: &generator)
          case 1: bytes.remove(at: index)
          default: bytes.insert(UInt8.random(in: 0 ... .max, using: &generator), at: index)
          }
        }
        // Whatever is read can be written and read again.
        if let message = try? Everything(encoded: bytes) {
          #expect(throws: Never.self, "seed \(seed)") { try Everything(encoded: message.encoded()) }
          _ = try? message.encodeJSON()
        }
        if let message = try? Everything(json: bytes) {
          #expect(throws: Never.self, "seed \(seed)") { try Everything(json: message.jsonText()) }
        }
      }
    }
  }

  /// A message with a little of everything.
  static func example() throws -> Everything {
    try Everything(
      json: #"""
        {"doubleField":1.5,"int64Field":"-5","boolField":true,"stringField":"grüße 🦅","bytesField":"AAEC",
         "type":"TYPE_SOME","item":{"name":"n","count":-3},"optionalInt32":0,"doubles":[1,"NaN"],
         "uint64s":["1","300"],"strings":["a","b"],"items":[{},{"name":"x"}],"byInt32":{"1":"a","-1":"b"},
         "byString":{"k":"v","l":"w"},"valuesByName":{"a":[1,{"b":null}]},"choiceItem":{"count":1},
         "timestamp":"2026-11-21T10:00:00.5Z","duration":"-1.5s","struct":{"a":{"b":[true,null,"x"]}},
         "fieldMask":"a,bC","any":{"@type":"x/google.protobuf.Duration","value":"1s"},
         "wrappedInt64":"7","nested":{"children":[{"runId":"r"}],"childrenByName":{"c":{"init":1}}}}
        """#)
  }
}
