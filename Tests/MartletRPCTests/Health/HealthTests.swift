// Decides that health is told as grpc.health.v1 says, at once and at each change.

import MartletCall
import MartletProto
import MartletRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct HealthTests {
  typealias Client = GRPC.Health.V1.HealthClient

  static func client(_ state: HealthState) -> Client {
    Client(channel: inProcess(HealthService(state)).channel())
  }

  @Test func checkAndList() async throws {
    let state = HealthState()
    let client = Self.client(state)
    #expect(try await client.check(.init()).status == .notServing)
    state.set(.serving)
    state.set(.serving, for: "martlet.v1.RunService")
    #expect(try await client.check(.init()).status == .serving)
    #expect(try await client.check(.init(service: "martlet.v1.RunService")).status == .serving)
    #expect(
      await status { _ = try await client.check(.init(service: "nothing")) }?.code == .notFound)
    #expect(
      try await client.list(.init()).statuses.mapValues(\.status) == [
        "": .serving, "martlet.v1.RunService": .serving,
      ])
  }

  @Test func watch() async throws {
    let state = HealthState()
    let client = Self.client(state)
    let call = try await client.watch(.init(service: "s"))
    #expect(try await call.responses.next()?.status == .serviceUnknown)
    state.set(.serving, for: "s")
    #expect(try await call.responses.next()?.status == .serving)
    state.set(.serving, for: "s")
    state.set(.notServing, for: "s")
    #expect(try await call.responses.next()?.status == .notServing)
    state.set(.serving, for: "s")
    #expect(try await call.responses.next()?.status == .serving)
    state.shutDown()
    #expect(try await call.responses.next()?.status == .notServing)
    #expect(await status { _ = try await call.responses.next() }?.code == .unavailable)
    state.set(.serving, for: "s")
    #expect(state.status(of: "s") == .notServing)
  }
}
