// Decides what pool handlers are made of.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

/// Serves `martlet.v1.PoolService`.
struct PoolHandlers: PoolService {
  let backend: Backend
}

/// A reference that must be given.
func reference(_ text: String, _ field: String, _ what: String) throws(InvalidValue) -> String {
  guard !text.isEmpty else { throw InvalidValue(field, "is required: \(what)") }
  return text
}
