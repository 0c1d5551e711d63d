// Tests the corners of proto3 JSON: what is accepted and as what, and what is refused, why and where.

import MartletWire
import TestProto
import Testing

/// A text that is read, and what it is written as.
struct AcceptedJSON: Sendable, CustomTestStringConvertible {
  let text: String
  let written: String
  var testDescription: String { text }

  init(_ text: String, _ written: String? = nil) {
    self.text = text
    self.written = written ?? text
  }
}

/// A text that is refused.
struct RefusedJSON: Sendable, CustomTestStringConvertible {
  let text: String
  let reason: WireError.Reason
  let path: String
  var testDescription: String { text }

  init(_ text: String, _ reason: WireError.Reason, _ path: String) {
    self.text = text
    self.reason = reason
    self.path = path
  }
}

@Suite struct JSONCasesTests {
  @Test(arguments: [
    // Shape.
    AcceptedJSON("{}"),
    AcceptedJSON(" \t\r\n{ \"boolField\" : true } \n", #"{"boolField":true}"#),
    // Both spellings, and a json_name.
    AcceptedJSON(#"{"run_id":"a"}"#, #"{"runId":"a"}"#),
    AcceptedJSON(#"{"otherwiseSpelled":"a"}"#),
    AcceptedJSON(#"{"spelled":"a"}"#, #"{"otherwiseSpelled":"a"}"#),
    // Null is absence.
    AcceptedJSON(#"{"int32Field":null,"strings":null,"byString":null,"item":null}"#, "{}"),
    AcceptedJSON(#"{"choiceBool":null,"choiceString":"x"}"#, #"{"choiceString":"x"}"#),
    AcceptedJSON(#"{"timestamp":null,"any":null,"wrappedInt64":null}"#, "{}"),
    // Null is a value.
    AcceptedJSON(#"{"value":null}"#),
    AcceptedJSON(#"{"choiceNull":null}"#),
    AcceptedJSON(#"{"choiceNull":"NULL_VALUE"}"#, #"{"choiceNull":null}"#),
    AcceptedJSON(#"{"nulls":[null,"NULL_VALUE",0]}"#, #"{"nulls":[null,null,null]}"#),
    AcceptedJSON(#"{"values":[null,1,"x",true,[],{}]}"#),
    AcceptedJSON(#"{"valuesByName":{"a":null}}"#),
    // Integers.
    AcceptedJSON(#"{"int32Field":"-2147483648"}"#, #"{"int32Field":-2147483648}"#),
    AcceptedJSON(#"{"int32Field":1e5}"#, #"{"int32Field":100000}"#),
    AcceptedJSON(#"{"int32Field":1.50E+1}"#, #"{"int32Field":15}"#),
    AcceptedJSON(#"{"int32Field":1000e-3}"#, #"{"int32Field":1}"#),
    AcceptedJSON(#"{"int32Field":-0}"#, "{}"),
    AcceptedJSON(#"{"int64Field":9223372036854775807}"#, #"{"int64Field":"9223372036854775807"}"#),
    AcceptedJSON(#"{"int64Field":"-9223372036854775808"}"#),
    AcceptedJSON(
      #"{"uint64Field":18446744073709551615.000}"#, #"{"uint64Field":"18446744073709551615"}"#),
    AcceptedJSON(#"{"uint32Field":0e999999999999}"#, "{}"),
    // Floating point.
    AcceptedJSON(#"{"doubles":["NaN","Infinity","-Infinity"]}"#),
    AcceptedJSON(#"{"doubles":["1.5",1.5e0,-0.0]}"#, #"{"doubles":[1.5,1.5,-0.0]}"#),
    AcceptedJSON(#"{"doubleField":1e-400}"#, "{}"),
    AcceptedJSON(#"{"floatField":3.4028235e+38}"#),
    AcceptedJSON(#"{"optionalDouble":0}"#),
    // Strings.
    AcceptedJSON(
      #"{"stringField":"\"\\\/\b\f\n\r\t\u00e9\ud83e\udd85"}"#,
      #"{"stringField":"\"\\/\b\f\n\r\té🦅"}"#),
    AcceptedJSON(#"{"stringField":"\u001F\u007f"}"#, "{\"stringField\":\"\\u001f\u{7f}\"}"),
    // Bytes: either alphabet, padded or not.
    AcceptedJSON(#"{"bytesField":"-_-_"}"#, #"{"bytesField":"+/+/"}"#),
    AcceptedJSON(#"{"bytesField":"YQ"}"#, #"{"bytesField":"YQ=="}"#),
    AcceptedJSON(#"{"bytesField":"YWI="}"#),
    AcceptedJSON(#"{"optionalBytes":""}"#),
    // Enums.
    AcceptedJSON(#"{"type":"TYPE_SOME"}"#),
    AcceptedJSON(#"{"type":3}"#, #"{"type":"TYPE_SOME"}"#),
    AcceptedJSON(#"{"type":77}"#),
    AcceptedJSON(#"{"shade":"SHADE_BLACK"}"#, #"{"shade":"SHADE_DARK"}"#),
    AcceptedJSON(#"{"shade":-7}"#, #"{"shade":"SHADE_BELOW"}"#),
    // Maps.
    AcceptedJSON(#"{"byBool":{"true":"a","false":"b"}}"#, #"{"byBool":{"false":"b","true":"a"}}"#),
    AcceptedJSON(#"{"bySint64":{"5":"1","-5":2}}"#, #"{"bySint64":{"-5":"2","5":"1"}}"#),
    AcceptedJSON(
      #"{"byString":{"":"","b":"2","a":"1"}}"#, #"{"byString":{"":"","a":"1","b":"2"}}"#),
    // Times.
    AcceptedJSON(#"{"timestamp":"0001-01-01T00:00:00Z"}"#),
    AcceptedJSON(#"{"timestamp":"9999-12-31T23:59:59.999999999Z"}"#),
    AcceptedJSON(
      #"{"timestamp":"2000-02-29T00:00:00.1Z"}"#, #"{"timestamp":"2000-02-29T00:00:00.100Z"}"#),
    AcceptedJSON(
      #"{"timestamp":"2026-01-01T01:30:00+02:00"}"#, #"{"timestamp":"2025-12-31T23:30:00Z"}"#),
    AcceptedJSON(
      #"{"timestamp":"1969-12-31T23:59:59.000001-00:30"}"#,
      #"{"timestamp":"1970-01-01T00:29:59.000001Z"}"#),
    AcceptedJSON(#"{"duration":"-0.5s"}"#, #"{"duration":"-0.500s"}"#),
    AcceptedJSON(#"{"duration":"315576000000s"}"#),
    AcceptedJSON(#"{"duration":"1.000000001s"}"#),
    // Masks.
    AcceptedJSON(#"{"fieldMask":"runId,a.bC,x1"}"#),
    AcceptedJSON(#"{"fieldMask":""}"#),
    AcceptedJSON(#"{"fieldMask":"*"}"#),
    // Wrappers, with values that a plain field would leave out.
    AcceptedJSON(
      #"{"wrappedBool":false,"wrappedInt64":"0","wrappedString":"","wrappedBytes":""}"#,
      #"{"wrappedBool":false,"wrappedBytes":"","wrappedInt64":"0","wrappedString":""}"#),
    // Any.
    AcceptedJSON(#"{"any":{}}"#),
    AcceptedJSON(
      #"{"any":{"name":"n","@type":"x/martlet.test.v1.Everything.Item"}}"#,
      #"{"any":{"@type":"x/martlet.test.v1.Everything.Item","name":"n"}}"#),
    AcceptedJSON(
      #"{"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}}"#),
    AcceptedJSON(#"{"any":{"@type":"type.googleapis.com/google.protobuf.Empty"}}"#),
    AcceptedJSON(
      #"{"any":{"@type":"type.googleapis.com/google.protobuf.Any","value":{"@type":"type.googleapis.com/martlet.test.v1.Nothing"}}}"#
    ),
    // Recursion and odd names.
    AcceptedJSON(#"{"nested":{"children":[{},{"init":1}]}}"#),
    AcceptedJSON(
      #"{"default":"a","self":"b","class":["c"],"none":{}}"#,
      #"{"none":{},"default":"a","self":"b","class":["c"]}"#),
    AcceptedJSON(#"{"optionalItem":{}}"#),
  ])
  func accepted(_ json: AcceptedJSON) throws {
    let message = try Everything(json: json.text)
    #expect(try message.jsonText() == json.written)
    // What is written reads as the same, and so does the binary encoding.
    #expect(try Everything(json: json.written).encoded() == message.encoded())
    #expect(try Everything(encoded: message.encoded()).jsonText() == json.written)
  }

  @Test(arguments: [
    // Not JSON.
    RefusedJSON("", .truncated, ""),
    RefusedJSON("{", .truncated, ""),
    RefusedJSON(#"{"stringField":"abc"#, .truncated, "stringField"),
    RefusedJSON("{} x", .malformed, ""),
    RefusedJSON("{}{}", .malformed, ""),
    RefusedJSON(#"{"boolField":true,}"#, .malformed, ""),
    RefusedJSON(#"{"int32s":[1,]}"#, .malformed, "int32s[1]"),
    RefusedJSON(#"{'boolField':true}"#, .malformed, ""),
    RefusedJSON(#"{"boolField":TRUE}"#, .malformed, "boolField"),
    RefusedJSON(#"{"int32Field":01}"#, .typeMismatch, ""),
    RefusedJSON(#"{"int32Field":+1}"#, .malformed, "int32Field"),
    RefusedJSON(#"{"int32Field":1.}"#, .malformed, "int32Field"),
    RefusedJSON("[]", .typeMismatch, ""),
    RefusedJSON("null", .typeMismatch, ""),
    // Wrong kinds.
    RefusedJSON(#"{"boolField":"true"}"#, .typeMismatch, "boolField"),
    RefusedJSON(#"{"boolField":1}"#, .typeMismatch, "boolField"),
    RefusedJSON(#"{"stringField":1}"#, .typeMismatch, "stringField"),
    RefusedJSON(#"{"item":[]}"#, .typeMismatch, "item"),
    RefusedJSON(#"{"items":[{"name":"a"},{"name":7}]}"#, .typeMismatch, "items[1].name"),
    RefusedJSON(#"{"items":[null]}"#, .typeMismatch, "items[0]"),
    RefusedJSON(#"{"strings":"a"}"#, .typeMismatch, "strings"),
    RefusedJSON(#"{"byString":[]}"#, .typeMismatch, "byString"),
    RefusedJSON(#"{"byString":{"a":null}}"#, .typeMismatch, #"byString["a"]"#),
    // Unknown.
    RefusedJSON(#"{"nope":1}"#, .unknownField, "nope"),
    RefusedJSON(#"{"nested":{"item":{"nope":1}}}"#, .unknownField, "nested.item.nope"),
    RefusedJSON(#"{"RunId":"a"}"#, .unknownField, "RunId"),
    RefusedJSON(#"{"type":"NOPE"}"#, .typeMismatch, "type"),
    // Twice.
    RefusedJSON(#"{"boolField":true,"boolField":true}"#, .duplicateKey, "boolField"),
    RefusedJSON(#"{"runId":"a","run_id":"a"}"#, .duplicateKey, "runId"),
    RefusedJSON(#"{"runId":null,"run_id":"a"}"#, .duplicateKey, "runId"),
    RefusedJSON(#"{"choiceBool":true,"choiceString":"x"}"#, .duplicateKey, "choiceString"),
    RefusedJSON(#"{"byString":{"a":"1","b":"2","a":"3"}}"#, .duplicateKey, "byString"),
    RefusedJSON(#"{"byInt32":{"1":"a","1.0":"b"}}"#, .duplicateKey, "byInt32"),
    RefusedJSON(#"{"struct":{"a":1,"\u0061":2}}"#, .duplicateKey, "struct"),
    RefusedJSON(
      #"{"any":{"@type":"x/google.protobuf.Empty","@type":"x/google.protobuf.Empty"}}"#,
      .duplicateKey, "any"),
    // Numbers out of range.
    RefusedJSON(#"{"int32Field":2147483648}"#, .outOfRange, "int32Field"),
    RefusedJSON(#"{"int32Field":0.5}"#, .outOfRange, "int32Field"),
    RefusedJSON(#"{"int32Field":1e400}"#, .outOfRange, "int32Field"),
    RefusedJSON(#"{"uint32Field":-1}"#, .outOfRange, "uint32Field"),
    RefusedJSON(#"{"uint64Field":"18446744073709551616"}"#, .outOfRange, "uint64Field"),
    RefusedJSON(#"{"int64Field":" 1"}"#, .typeMismatch, "int64Field"),
    RefusedJSON(#"{"int64Field":""}"#, .typeMismatch, "int64Field"),
    RefusedJSON(#"{"doubleField":1e400}"#, .outOfRange, "doubleField"),
    RefusedJSON(#"{"floatField":3.5e38}"#, .outOfRange, "floatField"),
    RefusedJSON(#"{"doubleField":NaN}"#, .malformed, "doubleField"),
    RefusedJSON(#"{"type":2147483648}"#, .outOfRange, "type"),
    RefusedJSON(#"{"byBool":{"1":"a"}}"#, .typeMismatch, #"byBool["1"]"#),
    // Text.
    RefusedJSON(#"{"stringField":"a\u0000b"}"#, .embeddedNUL, "stringField"),
    RefusedJSON("{\"stringField\":\"a\u{0}b\"}", .malformed, "stringField"),
    RefusedJSON("{\"stringField\":\"a\nb\"}", .malformed, "stringField"),
    RefusedJSON(#"{"stringField":"\ud83e"}"#, .invalidUTF8, "stringField"),
    RefusedJSON(#"{"stringField":"\udd85\ud83e"}"#, .invalidUTF8, "stringField"),
    RefusedJSON(#"{"stringField":"\ud83e\u0041"}"#, .invalidUTF8, "stringField"),
    RefusedJSON(#"{"stringField":"\x41"}"#, .malformed, "stringField"),
    RefusedJSON(#"{"stringField":"\u12"}"#, .malformed, "stringField"),
    RefusedJSON(#"{"struct":{"a":{"b\u0000":1}}}"#, .embeddedNUL, #"struct["a"]"#),
    // Bytes.
    RefusedJSON(#"{"bytesField":"Y"}"#, .typeMismatch, "bytesField"),
    RefusedJSON(#"{"bytesField":"YQ="}"#, .typeMismatch, "bytesField"),
    RefusedJSON(#"{"bytesField":"Y Q="}"#, .typeMismatch, "bytesField"),
    RefusedJSON(#"{"bytesField":"===="}"#, .typeMismatch, "bytesField"),
    // Times.
    RefusedJSON(#"{"timestamp":"0000-12-31T23:59:59Z"}"#, .typeMismatch, "timestamp"),
    RefusedJSON(#"{"timestamp":"9999-12-31T23:59:59-00:01"}"#, .typeMismatch, "timestamp"),
    RefusedJSON(#"{"timestamp":"2026-02-29T00:00:00Z"}"#, .typeMismatch, "timestamp"),
    RefusedJSON(#"{"timestamp":"2026-01-01T24:00:00Z"}"#, .typeMismatch, "timestamp"),
    RefusedJSON(#"{"timestamp":"2026-01-01T00:00:60Z"}"#, .typeMismatch, "timestamp"),
    RefusedJSON(#"{"timestamp":"2026-01-01t00:00:00z"}"#, .typeMismatch, "timestamp"),
    RefusedJSON(#"{"timestamp":"2026-01-01T00:00:00"}"#, .typeMismatch, "timestamp"),
    RefusedJSON(#"{"timestamp":"2026-01-01T00:00:00.1234567890Z"}"#, .typeMismatch, "timestamp"),
    RefusedJSON(#"{"timestamp":1}"#, .typeMismatch, "timestamp"),
    RefusedJSON(#"{"duration":"315576000001s"}"#, .typeMismatch, "duration"),
    RefusedJSON(#"{"duration":"1"}"#, .typeMismatch, "duration"),
    RefusedJSON(#"{"duration":"s"}"#, .typeMismatch, "duration"),
    RefusedJSON(#"{"duration":"1.s"}"#, .typeMismatch, "duration"),
    RefusedJSON(#"{"duration":"--1s"}"#, .typeMismatch, "duration"),
    RefusedJSON(#"{"fieldMask":"run_id"}"#, .typeMismatch, "fieldMask"),
    // Any.
    RefusedJSON(#"{"any":{"name":"n"}}"#, .malformed, "any"),
    RefusedJSON(#"{"any":{"@type":"x/no.such.Type"}}"#, .typeMismatch, "any"),
    RefusedJSON(#"{"any":{"@type":"google.protobuf.Empty"}}"#, .typeMismatch, "any"),
    RefusedJSON(#"{"any":{"@type":"x/google.protobuf.Duration"}}"#, .malformed, "any"),
    RefusedJSON(
      #"{"any":{"@type":"x/google.protobuf.Duration","value":"1s","more":1}}"#, .unknownField,
      "any.more"),
    RefusedJSON(
      #"{"anys":[{},{"@type":"x/martlet.test.v1.Everything.Item","count":"x"}]}"#, .typeMismatch,
      "anys[1].count"),
  ])
  func refused(_ json: RefusedJSON) throws {
    let error = #expect(throws: WireError.self) { try Everything(json: json.text) }
    #expect(error?.reason == json.reason, "\(String(describing: error))")
    #expect(error?.path == json.path, "\(String(describing: error))")
  }

  @Test func unknownFieldsArePassedOverWhenAsked() throws {
    let options = JSONOptions(ignoreUnknownFields: true)
    let text = #"{"nope":{"a":[1,{"b":null}]},"int32Field":1,"type":"NOPE","types":["NOPE",3]}"#
    let message = try Everything(json: text, options: options)
    #expect(message.int32Field == 1)
    #expect(message.type == .unspecified)
    #expect(message.types == [.some])
    // What is passed over must be JSON nevertheless.
    #expect(throws: WireError.self) { try Everything(json: #"{"nope":[1,}"#, options: options) }
    #expect(throws: WireError.self) { try Everything(json: #"{"nope":tru}"#, options: options) }
  }

  @Test func defaultsAreWrittenWhenAsked() throws {
    let text = try Everything.Item().jsonText(options: JSONOptions(writesDefaults: true))
    #expect(text == #"{"name":"","count":0}"#)
  }

  @Test func whatJSONCannotSayIsRefused() throws {
    var late = Everything()
    late.timestamps = [Timestamp(seconds: 0), Timestamp(seconds: 253_402_300_800)]
    var nan = Everything()
    nan.struct = ["a": .list([.number(.nan)])]
    var stranger = Everything()
    stranger.any = AnyMessage(typeURL: "x/no.such.Type", value: [])
    var mask = Everything()
    mask.fieldMask = ["runId"]
    for (message, path) in [
      (late, "timestamps[1]"), (nan, #"struct["a"][0]"#), (stranger, "any"), (mask, "fieldMask"),
    ] {
      let error = #expect(throws: WireError.self) { try message.encodeJSON() }
      #expect(error?.reason == .unrepresentable)
      #expect(error?.path == path)
    }
  }

  @Test func badUTF8IsRefused() {
    for bytes: [UInt8] in [
      [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82],
    ] {
      let text = Array(#"{"stringField":""#.utf8) + bytes + Array(#""}"#.utf8)
      let error = #expect(throws: WireError.self) { try Everything(json: text) }
      #expect(error?.reason == .invalidUTF8)
      #expect(error?.path == "stringField")
    }
  }
}
