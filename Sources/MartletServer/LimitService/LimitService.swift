// Decides what limit handlers are made of.

internal import MartletCall
internal import MartletProto

/// Serves `martlet.v1.LimitService`.
struct LimitHandlers: LimitService {
  let backend: Backend
}
