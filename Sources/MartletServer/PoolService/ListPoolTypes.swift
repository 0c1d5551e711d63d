// Decides how the types of pools are listed.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension PoolHandlers {
  func listPoolTypes(_ request: ListPoolTypesRequest, context: CallContext) async throws
    -> ListPoolTypesResponse
  {
    ListPoolTypesResponse(types: MartletModel.PoolType.all.map(MartletProto.PoolType.init))
  }
}
