// Decides what of a limit may be changed.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension LimitHandlers {
  func updateLimit(_ request: UpdateLimitRequest, context: CallContext) async throws
    -> UpdateLimitResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let limit = request.limit else { throw InvalidValue("limit", "is required") }
      guard !limit.id.isEmpty || !limit.name.isEmpty else {
        throw InvalidValue("limit.id", "is required, or limit.name")
      }
      let fields = "slots, slot_decay_per_second, disabled, description, name"
      let paths = request.updateMask?.paths ?? []
      guard !paths.isEmpty else {
        throw InvalidValue("update_mask", "is required: any of \(fields)")
      }
      var edit = SlotLimitEdit()
      var newName: String?
      for path in paths {
        switch path {
        case "name":
          guard !limit.id.isEmpty else {
            throw InvalidValue("limit.id", "is required where limit.name is the new name")
          }
          newName = limit.name
        case "slots": edit.slots = limit.slots
        case "slot_decay_per_second": edit.decay = limit.slotDecayPerSecond
        case "disabled": edit.isEnabled = !limit.disabled
        case "description": edit.description = limit.description
        default:
          throw InvalidValue("update_mask", "names \"\(path)\": give any of \(fields)")
        }
      }
      let reference = try LimitReference(
        required: limit.id.isEmpty ? limit.name : limit.id, limit.scope, "limit.id")
      return UpdateLimitResponse(
        limit: MartletProto.Limit(
          try await backend.store.updateLimit(
            reference, in: namespace, edit: edit, newName: newName,
            etag: try etag(limit.etag, "limit.etag"), deadline: context.deadline)))
    }
  }
}
