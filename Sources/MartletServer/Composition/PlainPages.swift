// Decides what is served beside calls: how the server is, in words and in numbers.

internal import MartletHTTP
internal import MartletRPC
internal import MartletStore
internal import Synchronization

/// Whether the server takes work.
final class Readiness: Sendable {
  private let state = Atomic(false)

  /// False before the start is complete and after a request to stop.
  var isOpen: Bool {
    get { state.load(ordering: .acquiring) }
    set { state.store(newValue, ordering: .releasing) }
  }
}

/// The plain paths.
enum PlainPages {
  /// `/healthz`, `/readyz`, `/metrics` and `/`.
  static func routes(
    registry: MetricsRegistry, store: Store, readiness: Readiness
  ) -> HTTPRoutes {
    var routes = HTTPRoutes()
    routes["/healthz"] = { _ in .text("ok\n") }
    routes["/readyz"] = { _ in
      guard readiness.isOpen else { return .text("not ready: stopping\n", status: 503) }
      do {
        _ = try await store.ping(deadline: .now + .seconds(2))
        return .text("ready\n")
      } catch {
        return .text("not ready: the database does not answer\n", status: 503)
      }
    }
    routes["/metrics"] = { _ in
      .text(registry.page, contentType: MetricsRegistry.contentType)
    }
    routes["/"] = { _ in
      .text(
        """
        Martlet \(MartletVersion.current): orchestration for programs in any language.

        gRPC and JSON on this port, for example:
          curl -s http://HOST/martlet.v1.RunService/ListRuns -H 'content-type: application/json' -d '{}'

        /readyz  /healthz  /metrics

        """)
    }
    return routes
  }
}
