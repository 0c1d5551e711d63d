// Decides that only exact, well-formed paths reach a method.

import MartletCall
import Testing

@testable import MartletRPC

@Suite struct MethodTableTests {
  @Test(arguments: [
    "/a/B", "/test.Echo/Unary", "/martlet.v1.RunService/GetRun", "/_a.b_2/C_d",
  ])
  func wellFormed(_ path: String) {
    #expect(Array(path.utf8).withUnsafeBufferPointer { MethodPath.isWellFormed($0) })
  }

  @Test(arguments: [
    "", "/", "//", "/a", "/a/", "//B", "a/B", "/a/B/", "/a/B/C", "/a//B", "/.a/B", "/a./B",
    "/a..b/C", "/a/B.c", "/a/B?x=1", "/a/B%41", "/a/../B", "/a/B ", "/a-b/C", "/ä/B", "/a/B\0",
    "/a\\b/C", "/" + String(repeating: "a", count: 600) + "/B",
  ])
  func malformed(_ path: String) {
    #expect(!Array(path.utf8).withUnsafeBufferPointer { MethodPath.isWellFormed($0) })
  }

  struct Many: RPCService {
    let methodHandlers: [MethodHandler] = (0..<300).map { number in
      .unary(
        MethodDescriptor(
          service: "test.Service\(number / 10)", name: "Method\(number)", kind: .unary,
          idempotency: .unknown, requestType: "", responseType: "")
      ) { (ping: Ping, _) in ping }
    }
  }

  @Test func everyMethodIsFoundByItsPathOnly() {
    let table = MethodTable([Many(), TestService()])
    #expect(table.methods.count == 305)
    for method in table.methods {
      let path = Array(method.descriptor.path.utf8)
      #expect(path.withUnsafeBufferPointer { table.find($0) } === method)
      for index in path.indices {
        var other = path
        other[index] ^= 0x20
        #expect(other.withUnsafeBufferPointer { table.find($0) } !== method)
      }
      #expect(path.dropLast().withUnsafeBufferPointer { table.find($0) } !== method)
    }
    #expect(MethodTable([]).methods.isEmpty)
    #expect(Array("/a/B".utf8).withUnsafeBufferPointer { MethodTable([]).find($0) } == nil)
  }
}
