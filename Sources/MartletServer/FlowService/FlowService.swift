// Decides what flow handlers are made of, and how a flow is shown.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

/// Serves `martlet.v1.FlowService`.
struct FlowHandlers: FlowService {
  let backend: Backend
}

extension MartletProto.Flow {
  /// A flow as it is stored.
  init(_ flow: MartletStore.Flow) {
    self.init()
    id = flow.id.description
    namespace = flow.namespace.name
    name = flow.name
    description = flow.description
    labels = flow.labels
    tags = flow.tags
    createTime = flow.createTime.timestamp
    updateTime = flow.updateTime.timestamp
    etag = "\(flow.etag)"
    createdBy = flow.createdBy
  }
}
