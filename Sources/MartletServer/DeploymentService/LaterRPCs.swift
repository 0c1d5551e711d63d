// Decides that previews and backfills are not served yet.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension DeploymentHandlers {
  func previewSchedule(
    _ request: PreviewScheduleRequest, context: CallContext
  ) async throws -> PreviewScheduleResponse { throw Status(.unimplemented, "not yet") }
  func createBackfill(
    _ request: CreateBackfillRequest, context: CallContext
  ) async throws -> CreateBackfillResponse { throw Status(.unimplemented, "not yet") }
  func getBackfill(
    _ request: GetBackfillRequest, context: CallContext
  ) async throws -> GetBackfillResponse { throw Status(.unimplemented, "not yet") }
  func listBackfills(
    _ request: ListBackfillsRequest, context: CallContext
  ) async throws -> ListBackfillsResponse { throw Status(.unimplemented, "not yet") }
  func cancelBackfill(
    _ request: CancelBackfillRequest, context: CallContext
  ) async throws -> CancelBackfillResponse { throw Status(.unimplemented, "not yet") }
}
