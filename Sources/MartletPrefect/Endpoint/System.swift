// Decides what the server says of itself to Prefect's client.

internal import MartletModel

extension PrefectAPI {
  func isHealthy() -> PrefectResponse { .ok(true) }

  func isReady() -> PrefectResponse {
    PrefectResponse(body: .object([("message", .text("OK"))]))
  }

  /// The release whose API this is; a client of another one warns.
  func serverRelease() -> PrefectResponse { .ok(Self.release) }

  /// The version of the API itself.
  func serverVersion() -> PrefectResponse { .ok(Self.apiVersion) }

  func hello() -> PrefectResponse { .ok("👋") }

  /// There are no tokens: who may call is checked by host and origin. In just these words, which the client knows.
  func createToken() throws -> PrefectResponse {
    throw PrefectFailure(422, "CSRF protection is disabled.")
  }

  /// What Prefect's pages look for among the settings: that nothing is told to anybody else, and nothing is advertised.
  func settings() -> PrefectResponse {
    PrefectResponse(
      body: .object([
        (
          "server",
          .object([
            ("analytics_enabled", .bool(false)),
            (
              "ui", .object([("enabled", .bool(true)), ("show_promotional_content", .bool(false))])
            ),
          ])
        )
      ]))
  }
}
