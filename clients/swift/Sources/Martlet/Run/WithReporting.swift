// Decides what surrounds a program's work while it is tracked, and how long its end may wait for the server.

/// Gives `body` the means to track runs, and sees that everything is told before it returns.
///
/// What earlier processes could not send is sent too. When the server does not answer, the end waits 10 s for a sign of
/// it; when it is known to be away, hardly at all.
///
/// - Parameters:
///   - environment: where the server is, and whose child this process works for.
///   - settings: how reports travel; the spool's folder is filled in when nil.
///   - sessionID: the session that vouches for this process, when somebody else has to know it.
/// - Throws: what `body` throws; `AddressError`, `ProfileError`. A server that is away is no error: what was not answered stays in the
///   spool.
public func withReporting<R: Sendable>(
  environment: RunEnvironment = .current, settings: Reporter.Settings = Reporter.Settings(),
  sessionID: String = Identifier.random(), _ body: @escaping @Sendable (Reporting) async throws -> R
) async throws -> R {
  let client = try Client(environment)
  defer { client.close() }
  var settings = settings
  if settings.namespace.isEmpty { settings.namespace = environment.namespace }
  if settings.holder.isEmpty { settings.holder = Reporting.processName }
  let spools = environment.spoolDirectory
  if settings.spoolDirectory == nil { settings.spoolDirectory = spools }
  let reporter = Reporter(
    channel: client.channel, settings: settings, sessionID: sessionID)
  let reporting = Reporting(client: client, reporter: reporter, environment: environment)
  let limit = Duration.seconds(10)
  // The talk goes on when the surrounding task is cancelled: the end of the work is still to be told.
  let talk = Task { await reporter.run() }
  let heed = Task { await reporting.heed() }
  let replay = Task { try await SpoolReplay.run(spools, to: client.channel) }
  let result: Result<R, any Error>
  do { result = .success(try await body(reporting)) } catch { result = .failure(error) }
  _ = await Task { await reporter.close(within: limit) }.value
  if await reporter.isServerAway {
    replay.cancel()
  } else {
    let timer = Task {
      try await Task.sleep(for: limit)
      replay.cancel()
    }
    _ = await replay.result
    timer.cancel()
  }
  talk.cancel()
  await talk.value
  await heed.value
  return try result.get()
}
