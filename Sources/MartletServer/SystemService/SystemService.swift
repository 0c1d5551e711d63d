// Decides what system handlers are made of.

internal import MartletCall
internal import MartletModel
internal import MartletProto

/// Serves `martlet.v1.SystemService`.
struct SystemHandlers: SystemService {
  let backend: Backend
  /// What the server says of itself; the time is filled in.
  let info: GetServerInfoResponse
}
