// Decides how tests look at an error: they expect one, and get it.

import MartletPostgres
import Testing

/// Runs a closure that has to throw a ``PostgresError``, and returns it.
func failure(
  at location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> PostgresError? {
  do {
    try body()
    Issue.record("nothing was thrown", sourceLocation: location)
  } catch let error as PostgresError {
    return error
  } catch {
    Issue.record("\(error)", sourceLocation: location)
  }
  return nil
}
