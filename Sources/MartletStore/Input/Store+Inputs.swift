// Decides how inputs of runs are kept, found and deleted: once under a key, while the run is there.

public import MartletModel
import MartletPostgres

extension Store {
  /// Keeps an input. A repeat with the same value and sender returns what is there.
  /// - Throws: `alreadyExists` when the key is taken; `notFound` for a run that is not there; `invalid`.
  public func provideInput(
    _ key: String, value: String, sender: String, to run: RunID, in namespace: Namespace,
    actor: String, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> RunInput {
    if key.isEmpty { throw .invalid(field: "input.key", why: "is required") }
    try checkText(key, field: "input.key", limit: RunInput.longestKey)
    try checkText(value, field: "input.value", limit: RunInput.longestValue)
    try checkText(sender, field: "input.sender", limit: RunInput.longestKey)
    let made = try await write(deadline) { connection in
      try connection.query(SQL.insertRunInput) {
        $0.bind(ObjectID.random())
        $0.bind(run)
        $0.bind(key)
        $0.bind(value)
        $0.bind(sender)
        $0.bind(actor)
        $0.bind(namespace)
      }.first { row throws(PostgresError) in try RunInput(row) }
    }
    if let made { return made }
    guard let there = try await findInput(key, of: run, in: namespace, deadline) else {
      throw .notFound(resource: "run", name: "\(run)")
    }
    guard there.value == value, there.sender == sender else {
      throw .alreadyExists(resource: "input", name: key)
    }
    return there
  }

  /// Reads one input.
  /// - Throws: `notFound`.
  public func input(
    _ key: String, of run: RunID, in namespace: Namespace,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> RunInput {
    guard let input = try await findInput(key, of: run, in: namespace, deadline) else {
      throw .notFound(resource: "input", name: key)
    }
    return input
  }

  /// Lists inputs of a run, the oldest first.
  /// - Parameters:
  ///   - last: The last one of the page before.
  ///   - prefix: Only those whose keys begin so.
  ///   - keys: Not these.
  public func listInputs(
    of run: RunID, in namespace: Namespace, after last: ObjectID? = nil, prefix: String = "",
    except keys: [String] = [], limit: Int, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [RunInput] {
    try await read(deadline) { connection in
      try connection.query(SQL.listRunInputs) {
        $0.bind(run)
        $0.bind(namespace)
        $0.bind(last)
        $0.bind(prefix)
        $0.bindArray(keys)
        $0.bind(Int64(limit))
      }.map { row throws(PostgresError) in try RunInput(row) }
    }
  }

  /// Deletes one input.
  /// - Throws: `notFound`.
  public func deleteInput(
    _ key: String, of run: RunID, in namespace: Namespace,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) {
    let isDeleted = try await write(deadline) { connection in
      try connection.query(SQL.deleteRunInput) {
        $0.bind(run)
        $0.bind(key)
        $0.bind(namespace)
      }.count > 0
    }
    if !isDeleted { throw .notFound(resource: "input", name: key) }
  }

  private func findInput(
    _ key: String, of run: RunID, in namespace: Namespace, _ deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> RunInput? {
    try await read(deadline) { connection in
      try connection.query(SQL.getRunInput) {
        $0.bind(run)
        $0.bind(key)
        $0.bind(namespace)
      }.first { row throws(PostgresError) in try RunInput(row) }
    }
  }
}
