// Decides which texts name a server.

import MartletCall
import MartletHTTP
import Testing

@testable import Martlet

@Suite struct ServerAddressTests {
  @Test(arguments: [
    ("http://127.0.0.1:4200", "127.0.0.1", 4200), ("http://localhost", "localhost", 80),
    ("http://host:1/api", "host", 1), ("http://[::1]:65535", "::1", 65535),
    ("http://[::1]", "::1", 80), ("http://a.b?x", "a.b", 80), ("https://host", "host", 443),
  ])
  func names(_ text: String, host: String, port: Int) throws {
    #expect(try ServerAddress(text).endpoints == [.tcp(host: host, port: port)])
    #expect(try ServerAddress(text).isSecure == text.hasPrefix("https"))
  }

  @Test func replicas() throws {
    let address = try ServerAddress("https://a:1,https://b:2/")
    #expect(address.endpoints == [.tcp(host: "a", port: 1), .tcp(host: "b", port: 2)])
    #expect(address.isSecure)
  }

  @Test(arguments: [
    "", "127.0.0.1:4200", "https://", "http://a,https://b", "http://a,", "http://", "http://:4200",
    "http://host:0",
    "http://host:65536", "http://host:x", "http://host:", "http://[::1", "http://[::1]x",
    "ftp://host",
  ])
  func refuses(_ text: String) {
    #expect(throws: AddressError.self) { try ServerAddress(text) }
  }
}

@Suite struct RunEnvironmentTests {
  @Test func defaultsAndEmptyValues() {
    let environment = RunEnvironment {
      $0 == "HOME" ? "/home/x" : $0 == "MARTLET_RUN_ID" ? "" : nil
    }
    #expect(environment.address == "http://127.0.0.1:4200")
    #expect(environment.home == "/home/x/.martlet")
    #expect(environment.runID == nil)
    #expect(environment.spoolDirectory == "/home/x/.martlet/spool/swift/http___127_0_0_1_4200")
  }

  @Test(
    arguments: [
      (nil, "ABC-1", "abc-1"), ("", "abc-1", nil), ("own", "abc-1", "own"), (nil, "", nil),
    ] as [(String?, String?, String?)])
  func theRunAround(_ own: String?, _ prefect: String?, _ expected: String?) {
    let environment = RunEnvironment {
      $0 == "MARTLET_RUN_ID" ? own : $0 == "PREFECT__FLOW_RUN_ID" ? prefect : nil
    }
    #expect(environment.runID == expected)
  }

  @Test(arguments: [
    ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true),
    ("00-00000000000000000000000000000000-b7ad6b7169203331-01", false), ("nonsense", false),
  ])
  func tracesAreChecked(_ header: String, isGood: Bool) {
    let environment = RunEnvironment { $0 == "MARTLET_TRACEPARENT" ? header : nil }
    #expect(environment.trace?.header == (isGood ? header : nil))
    if let trace = environment.trace {
      #expect(trace.child.traceLow == trace.traceLow)
      #expect(trace.child.span != trace.span)
    }
  }
}
