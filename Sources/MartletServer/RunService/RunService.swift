// Decides what run handlers are made of.

internal import MartletCall
internal import MartletModel
internal import MartletProto

/// Serves `martlet.v1.RunService`.
struct RunHandlers: RunService {
  let backend: Backend
}

/// The size of a page of at most `limit`, 100 when not given.
func pageSize(_ asked: Int32, limit: Int = 1000) throws(InvalidValue) -> Int {
  guard asked >= 0 else { throw InvalidValue("page_size", "must not be negative") }
  return asked == 0 ? 100 : min(Int(asked), limit)
}
