// Checks that every operation of Prefect's is found by its path, and nothing else is.

import Testing

@testable import MartletPrefect

@Suite struct RoutesTests {
  private let routes = Routes()

  @Test func thereAre188Operations() {
    #expect(Operation.allCases.count == 188)
    #expect(Operation.table.count == 188)
    #expect(Set(Operation.allCases.map { "\($0.method) \($0.path)" }).count == 188)
  }

  @Test(arguments: Operation.allCases) func everyOperationIsFound(_ operation: Operation) {
    var path = operation.path
    var expected: [String: String] = [:]
    for (place, name) in operation.parameterNames.enumerated() {
      path = path.replacing("{\(name)}", with: "value%2F\(place)")
      path = path.replacing("{\(name):path}", with: "value%2F\(place)")
      expected[name] = "value/\(place)"
    }
    #expect(routes.find(operation.method, path) == .operation(operation, expected))
  }

  @Test func aWordComesBeforeAParameter() {
    #expect(
      routes.find("GET", "/flows/name/x") == .operation(.readFlowByName, ["name": "x"]))
    #expect(routes.find("POST", "/flows/count") == .operation(.countFlows, [:]))
  }

  @Test func aSlashAtTheEndIsAnotherPath() {
    #expect(routes.find("POST", "/flows") == .nothing)
    #expect(routes.find("GET", "/flows/") == .otherMethods(["POST"]))
    #expect(routes.find("GET", "/") == .nothing)
    #expect(routes.find("GET", "/flows/%zz") == .nothing)
    #expect(routes.find("GET", "/flows/%ff") == .nothing)
  }

  @Test func aQueryIsTakenApart() {
    #expect(
      Routes.query("/a?x=1&y=a%20b+c&z&x=2") == ["x": "2", "y": "a b c", "z": ""])
    #expect(Routes.query("/a") == [:])
  }
}
