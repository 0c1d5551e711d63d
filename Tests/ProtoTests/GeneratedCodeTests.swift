// Tests what protoc-gen-martlet writes: types, presence, enums, recursion, services, descriptors.

import MartletCall
import MartletProto
import MartletWire
import TestProto
import Testing

@Suite struct GeneratedCodeTests {
  @Test func enumsKeepNumbersTheyDoNotKnow() throws {
    var message = Everything(shade: .unrecognized(99))
    message.types = [.some, .unrecognized(-1)]
    let back = try Everything(encoded: message.encoded())
    #expect(back == message)
    #expect(back.shade.rawValue == 99)
    #expect(back.shade.description == "99")
    #expect(Shade.unrecognized(2) == .light)
    #expect(Set<Shade>([.unrecognized(2), .light]).count == 1)
    #expect(Shade.black == .dark)
    #expect(Shade(protoName: "SHADE_BLACK") == .dark)
    #expect(Shade(protoName: "BLACK") == nil)
    #expect(Shade.dark.protoName == "SHADE_DARK")
    #expect(Shade.allCases == [.unspecified, .dark, .light, .below])
    #expect(RunKind.flow.rawValue == 1)
  }

  @Test func presenceSurvives() throws {
    #expect(Everything().encoded().isEmpty)
    let message = Everything(
      optionalDouble: 0, optionalInt32: 0, optionalBool: false, optionalString: "",
      optionalBytes: [], optionalType: .unspecified, optionalItem: Everything.Item(),
      choice: .choiceBool(false), empty: Empty(), wrappedInt64: 0)
    let back = try Everything(encoded: message.encoded())
    #expect(back == message)
    #expect(back.optionalInt32 == .some(0))
    #expect(back.optionalUint32 == nil)
    #expect(back.optionalItem == Everything.Item())
    #expect(try Everything(json: message.jsonText()) == message)
  }

  @Test func messagesContainThemselves() throws {
    let sum = Expression(
      node: .sum(
        Expression.Pair(
          left: Expression(node: .number(1)),
          right: Expression(node: .negated(Expression(node: .number(2)))))))
    #expect(try Expression(encoded: sum.encoded()) == sum)
    var outer = Everything()
    outer.nested = Everything(int32Field: 1)
    outer.nested?.nested = Everything(int32Field: 2)
    let copy = outer
    outer.nested?.nested?.int32Field = 3
    #expect(copy.nested?.nested?.int32Field == 2)
    #expect(try Everything(encoded: outer.encoded()).nested?.nested?.int32Field == 3)
  }

  @Test func namesThatNeedCareWork() throws {
    var message = Everything(default: "a", self_: "b", init_: 1, class: ["c"], delete: "d")
    message.namespace = "e"
    message.choice = .none_(Empty())
    let back = try Everything(encoded: message.encoded())
    #expect(back == message)
    #expect(back.runID.isEmpty && back.parentRunIDs.isEmpty)
    #expect(Everything.TypeValue.some.rawValue == 3)
  }

  @Test func equalMessagesHaveEqualBytes() {
    let names = (0..<100).map { "key \($0)" }
    var ascending = Everything()
    for (index, name) in names.enumerated() {
      ascending.byString[name] = "x"
      ascending.bySint64[Int64(index) - 50] = 1
    }
    var descending = Everything()
    for (index, name) in names.enumerated().reversed() {
      descending.byString[name] = "x"
      descending.bySint64[Int64(index) - 50] = 1
    }
    #expect(ascending.encoded() == descending.encoded())
  }

  @Test func laterFieldsJoinEarlierOnes() throws {
    // The rules of the wire format: scalars are replaced, lists are joined, messages are merged.
    let first = Everything(
      int32Field: 1, item: .init(name: "a", count: 1), strings: ["a"], byString: ["k": "1"],
      choice: .choiceBool(true))
    let second = Everything(
      int32Field: 2, item: .init(count: 2), strings: ["b"], byString: ["k": "2", "l": "3"],
      choice: .choiceString("s"))
    let joined = try Everything(encoded: first.encoded() + second.encoded())
    #expect(joined.int32Field == 2)
    #expect(joined.item == .init(name: "a", count: 2))
    #expect(joined.strings == ["a", "b"])
    #expect(joined.byString == ["k": "2", "l": "3"])
    #expect(joined.choice == .choiceString("s"))
  }

  @Test func durationsAreSwiftDurations() throws {
    for duration: Duration in [
      .zero, .milliseconds(-1500), .nanoseconds(1), .seconds(315_576_000_000), .seconds(Int64.max),
    ] {
      #expect(
        try Everything(encoded: Everything(duration: duration).encoded()).duration == duration)
    }
    // Finer than the wire and longer than it: cut, not trapped.
    let fine = Duration(secondsComponent: 1, attosecondsComponent: 1_999_999_999)
    #expect(try Duration(encoded: fine.encoded()) == .nanoseconds(1_000_000_001))
    let long = Duration.seconds(Int64.max) + .seconds(Int64.max)
    #expect(try Duration(encoded: long.encoded()) > .seconds(Int64.max))
  }

  @Test func anyHoldsMessages() throws {
    let item = Everything.Item(name: "n", count: 1)
    let any = AnyMessage(packing: item)
    #expect(any.typeURL == "type.googleapis.com/martlet.test.v1.Everything.Item")
    #expect(try any.unpacked(as: Everything.Item.self) == item)
    #expect(try any.unpacked(as: Sample.self) == nil)
    #expect(try Everything(encoded: Everything(any: any).encoded()).any == any)
  }

  @Test func valuesAreNaturalJSON() throws {
    let value: JSONValue = ["a": [1, 2.5, true, nil, "x"], "b": ["c": [:]]]
    #expect(try value.jsonText() == #"{"a":[1,2.5,true,null,"x"],"b":{"c":{}}}"#)
    #expect(try JSONValue(json: value.jsonText()) == value)
    #expect(try JSONValue(encoded: value.encoded()) == value)
    let object: JSONObject = ["k": .number(1)]
    #expect(try JSONObject(encoded: object.encoded()) == object)
    #expect(JSONObject.fullName == "google.protobuf.Struct")
  }

  @Test func lentBytesSurviveOtherMessages() throws {
    let outer = try HostileBytesTests.example()
    let expected = outer.encoded()
    try outer.withEncodedBytes { bytes in
      // The same thread's arena is used again while the bytes are lent.
      for _ in 0..<50 {
        _ = try Everything.decode(bytes)
        _ = try Everything(json: outer.jsonText())
        _ = Everything(bytesField: Array(repeating: 1, count: 1 << 20)).encoded()
      }
      #expect(Array(bytes) == expected)
    }
  }

  @Test func threadsDoNotDisturbEachOther() async throws {
    let message = try HostileBytesTests.example()
    let expected = message.encoded()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<16 {
        group.addTask {
          for _ in 0..<200 {
            let fromBinary = try Everything(encoded: expected)
            let fromJSON = try Everything(json: message.jsonText())
            #expect(fromBinary.encoded() == expected && fromJSON.encoded() == expected)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func packagesBecomeNamespaces() {
    #expect(Google.RPC.Status.fullName == "google.rpc.Status")
    #expect(GRPC.Health.V1.HealthCheckResponse.ServingStatus.notServing.rawValue == 2)
    #expect(Run.fullName == "martlet.v1.Run")
    #expect(GRPC.Health.V1.HealthMethods.watch.path == "/grpc.health.v1.Health/Watch")
  }

  @Test func descriptorsAreComplete() {
    let files = MartletProto.ProtoDescriptors.files
    var known: Set<String> = []
    for file in files {
      #expect(known.isSuperset(of: file.dependencies), "dependencies come first")
      known.insert(file.name)
      #expect(!file.bytes.isEmpty)
    }
    #expect(known.contains("google/protobuf/timestamp.proto"))
    let symbols = Set(files.flatMap(\.symbols))
    for symbol in [
      "martlet.v1.Run", "martlet.v1.Run.id", "martlet.v1.RunKind", "martlet.v1.RunService",
      "martlet.v1.RunService.CreateRun", "martlet.v1.Verdict.Code", "grpc.health.v1.Health",
    ] {
      #expect(symbols.contains(symbol))
    }
    for type in MartletProto.ProtoTypes.messages.values { #expect(symbols.contains(type.fullName)) }
  }
}
