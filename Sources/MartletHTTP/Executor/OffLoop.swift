// Decides where work that would hold up an event loop is done: on the global pool.

/// Runs `work` on the global pool and comes back to the caller's executor.
package func offLoop<T: Sendable>(_ work: @Sendable () throws -> T) async throws -> T {
  try await withTaskExecutorPreference(globalConcurrentExecutor) {
    try await onCurrentExecutor(work)
  }
}

/// A suspension point, so that the preference of the task takes hold before the work begins.
private func onCurrentExecutor<T: Sendable>(_ work: @Sendable () throws -> T) async throws -> T {
  try work()
}
