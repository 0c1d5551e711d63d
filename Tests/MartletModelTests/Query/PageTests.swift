// Decides that orders and page tokens are read as written, and refused when they belong elsewhere.

import MartletModel
import Testing

@Suite struct PageTests {
  @Test(arguments: [
    ("", "id desc"), ("  ", "id desc"), ("id", "id asc"), ("id desc", "id desc"),
    ("start_time desc", "start_time desc"), ("start_time desc, id", "start_time desc"),
    ("end_time asc,id asc", "end_time asc"), ("create_time desc , id desc", "create_time desc"),
  ])
  func ordersAreRead(text: String, expected: String) throws {
    #expect(try RunOrder.parse(text).text == expected)
  }

  @Test(arguments: [
    ("name", 0), ("id down", 3), ("start_time desc, end_time", 17), ("start_time desc, id asc", 17),
    (",", 0), ("id, id", 4), ("start_time desc id", 0), ("start_time,id,id", 11),
  ])
  func otherOrdersAreRefused(text: String, position: Int) {
    do {
      Issue.record("\(text) is read as \(try RunOrder.parse(text).text)")
    } catch {
      #expect(error.position == position, "\(text): \(error)")
    }
  }

  let question = PageToken.question(namespace: .standard, filter: "kind = FLOW")
  let id = RunID(high: 0x01a3_185c_507b_7fff, low: 0xbfff_ffff_ffff_ffff)

  @Test func tokensComeBack() throws {
    for key in RunOrder.Key.allCases {
      for time in [nil, Instant(microseconds: -1), Instant(microseconds: 1 << 60)] {
        for isDescending in [true, false] {
          let order = RunOrder(key: key, isDescending: isDescending)
          let token = PageToken(order: order, time: time, id: id, question: question)
          #expect(try PageToken(token.text, order: order, question: question) == token)
          #expect(token.text.utf8.count == 48)
        }
      }
    }
  }

  @Test func tokensOfOtherListsAreRefused() {
    let token = PageToken(order: .standard, time: nil, id: id, question: question).text
    let elsewhere = PageToken.question(namespace: Namespace(unchecked: "x"), filter: "kind = FLOW")
    #expect(throws: InvalidValue.self) {
      try PageToken(token, order: .standard, question: elsewhere)
    }
    #expect(throws: InvalidValue.self) {
      try PageToken(
        token, order: RunOrder(key: .id, isDescending: false), question: question)
    }
  }

  @Test func brokenTokensAreRefused() {
    let token = PageToken(order: .standard, time: nil, id: id, question: question).text
    for text in ["", "x", "????", String(token.dropLast()), token + "A", String(token.reversed())] {
      #expect(throws: InvalidValue.self, "\(text)") {
        try PageToken(text, order: .standard, question: question)
      }
    }
    for place in token.indices {
      var broken = token
      broken.replaceSubrange(place...place, with: token[place] == "A" ? "B" : "A")
      #expect(throws: InvalidValue.self, "\(broken)") {
        try PageToken(broken, order: .standard, question: question)
      }
    }
  }
}
