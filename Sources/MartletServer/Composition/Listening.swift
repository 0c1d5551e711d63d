// Decides how a server takes leave: it says that it is not ready, lets calls finish, ends the streams that have no end.

internal import MartletEngine
internal import MartletHTTP
internal import MartletRPC
internal import MartletStore
internal import ServiceLifecycle

/// The listener as a part of the program that starts and stops.
struct Listening: Service {
  let listener: HTTPServer
  let feed: Feed
  let room: LimitRoom
  let workers: WorkerHub
  let sessions: SessionHub
  let readiness: Readiness
  let health: HealthState
  let grace: Duration

  func run() async throws {
    try? await gracefulShutdown()
    readiness.isOpen = false
    health.shutDown()
    feed.close()
    room.close()
    workers.close()
    sessions.close()
    await listener.shutdown(grace: grace)
  }
}
