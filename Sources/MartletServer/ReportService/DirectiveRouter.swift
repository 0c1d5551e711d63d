// Decides how soon an executor hears that a run is to stop or to pause: within half a second, on whatever replica it was
// asked, and at a cost of one statement for all executors that listen here.

internal import Logging
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import ServiceLifecycle

/// Looks for runs that are being cancelled, were paused or taken away, and tells the streams that execute them.
struct DirectiveRouter: Service {
  let store: Store
  let sessions: SessionHub
  let logger: Logger
  private let interval = Duration.milliseconds(500)

  init(store: Store, sessions: SessionHub, logger: Logger) {
    self.store = store
    self.sessions = sessions
    self.logger = logger
  }

  func run() async throws {
    await cancelWhenGracefulShutdown { await watch() }
  }

  private func watch() async {
    // What was told: once is enough, the client's reports hear of it again.
    var told: Set<AskedRun> = []
    while !Task.isCancelled {
      guard (try? await Task.sleep(for: interval)) != nil else { return }
      let listening = sessions.listening
      guard !listening.isEmpty else {
        told.removeAll()
        continue
      }
      do {
        var asked: Set<AskedRun> = []
        for (session, item) in try await store.askedRuns(of: Array(listening.keys)) {
          asked.insert(item)
          guard !told.contains(item), let namespace = listening[session] else { continue }
          for directive in try await store.directives(to: [item], in: namespace) {
            sessions.send(directive, to: session)
          }
        }
        told = asked
      } catch {
        logger.debug(
          "cannot look for runs that are to stop or to pause", metadata: ["error": "\(error)"])
      }
    }
  }
}
