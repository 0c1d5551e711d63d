// Checks that fields keep their order and their bytes, are found by name, and cannot end a line.

import Testing

@testable import MartletHTTP

@Suite struct HTTPFieldsTests {
  @Test func keepsOrderAndDuplicates() {
    let fields: HTTPFields = ["b": "1", "a": "2", "b": "3"]
    #expect(fields.count == 3)
    #expect(fields.map(\.name) == ["b", "a", "b"])
    #expect(fields.map(\.value) == ["1", "2", "3"])
    #expect(fields.values(of: "b") == ["1", "3"])
  }

  @Test func findsTheFirstValueByLiteralAndByText() {
    let fields: HTTPFields = ["content-type": "a", "content-typo": "b", "x": ""]
    let name = "content-typo"
    #expect(fields["content-type"] == "a")
    #expect(fields[name] == "b")
    #expect(fields["x"] == "")
    #expect(fields["content"] == nil)
    #expect(fields.contains("x"))
    #expect(fields.has("content-type", "a"))
    #expect(!fields.has("content-type", "aa"))
    #expect(HTTPFields()["x"] == nil)
  }

  @Test func makesNamesSmallAndRefusesWhatIsNoToken() {
    var fields = HTTPFields()
    let isTaken = fields.append("X-Upper", "V")
    #expect(isTaken)
    #expect(fields["x-upper"] == "V")
    for bad in ["", "a b", "a:b", "a\r\nb", "naïve", ":path"] {
      let isTaken = fields.append(bad, "v")
      #expect(!isTaken, "\(bad)")
    }
    #expect(fields.count == 1)
  }

  @Test func neverLetsAValueEndItsLine() {
    var fields = HTTPFields()
    fields.append("x", "a\r\nset-cookie: b\0c")
    #expect(fields["x"] == "a  set-cookie: b c")
  }

  @Test func copiesDoNotSeeLaterChanges() {
    var fields: HTTPFields = ["a": "1"]
    let copy = fields
    fields.append("b", "2")
    #expect(copy.count == 1)
    #expect(copy["b"] == nil)
    #expect(copy != fields)
    fields.removeAll(named: "b")
    #expect(copy == fields)
  }

  @Test func countsSizeAsTheProtocolDoes() {
    let fields: HTTPFields = ["ab": "cde", "f": ""]
    #expect(fields.listSize == 2 + 3 + 32 + 1 + 32)
  }
}
