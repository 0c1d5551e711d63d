// Decides what variable handlers are made of, and how a variable is shown.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

/// Serves `martlet.v1.VariableService`.
struct VariableHandlers: VariableService {
  let backend: Backend
}

extension MartletProto.Variable {
  /// A variable as it is stored.
  init(_ variable: MartletStore.Variable) {
    self.init()
    id = variable.id.description
    namespace = variable.namespace.name
    name = variable.name
    value = JSONValue(stored: variable.value)
    tags = variable.tags
    createTime = variable.createTime.timestamp
    updateTime = variable.updateTime.timestamp
    etag = "\(variable.etag)"
    createdBy = variable.createdBy
    updatedBy = variable.updatedBy
  }
}
