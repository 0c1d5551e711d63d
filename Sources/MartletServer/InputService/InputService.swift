// Decides what input handlers are made of, and how an input is shown.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

/// Serves `martlet.v1.InputService`.
struct InputHandlers: InputService {
  let backend: Backend
}

extension MartletProto.RunInput {
  /// An input as it is stored.
  init(_ input: MartletStore.RunInput) {
    self.init()
    id = input.id.description
    runID = input.runID.description
    key = input.key
    value = input.value
    sender = input.sender
    createTime = input.createTime.timestamp
    createdBy = input.createdBy
  }
}
