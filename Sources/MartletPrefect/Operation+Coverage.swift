// Decides which of Prefect's 188 operations are served and by what, and why the others are not: the one table, which
// the compiler checks to be complete.

internal import MartletProto

/// Whether an operation is served.
enum Coverage: Sendable {
  /// What answers it.
  typealias Endpoint = @Sendable (PrefectAPI, PrefectRequest) async throws -> PrefectResponse

  /// It is.
  case served(Endpoint)
  /// It is not, for this reason; the answer is 501.
  case missing(String)
}

extension Operation {
  /// Whether it is served, and by what.
  var coverage: Coverage {
    switch self {
    // System
    case .healthCheck: .served { api, _ in api.isHealthy() }
    case .performReadinessCheck: .served { api, _ in api.isReady() }
    case .serverVersion: .served { api, _ in api.serverVersion() }
    case .readVersion: .served { api, _ in api.serverRelease() }
    case .hello: .served { api, _ in api.hello() }
    case .createCsrfToken: .served { api, _ in try api.createToken() }
    case .readServerDefaultResultStorage: .served { try await $0.readResultStorage($1) }
    case .updateServerDefaultResultStorage: .served { try await $0.updateResultStorage($1) }
    case .clearServerDefaultResultStorage: .served { try await $0.clearResultStorage($1) }
    case .readSettings: .served { api, _ in api.settings() }
    // Flows
    case .createFlow: .served { try await $0.createFlow($1) }
    case .readFlow: .served { try await $0.readFlow($1) }
    case .readFlowByName: .served { try await $0.readFlowByName($1) }
    case .updateFlow: .served { try await $0.updateFlow($1) }
    case .deleteFlow: .served { try await $0.deleteFlow($1) }
    case .readFlows: .served { try await $0.readFlows($1) }
    case .countFlows: .served { try await $0.countFlows($1) }
    case .bulkDeleteFlows: .served { try await $0.bulkDeleteFlows($1) }
    case .paginateFlows: .served { try await $0.paginateFlows($1) }
    // Flow runs
    case .createFlowRun: .served { try await $0.createFlowRun($1) }
    case .readFlowRun: .served { try await $0.readFlowRun($1) }
    case .setFlowRunState: .served { try await $0.setFlowRunState($1) }
    case .updateFlowRun: .served { try await $0.updateFlowRun($1) }
    case .updateFlowRunLabels: .served { try await $0.updateFlowRunLabels($1) }
    case .deleteFlowRun: .served { try await $0.deleteRun($1) }
    case .readFlowRunStates: .served { try await $0.readStates($1, of: "flow_run_id") }
    case .readFlowRuns: .served { try await $0.readFlowRuns($1) }
    case .countFlowRuns: .served { try await $0.countRuns($1, .flow) }
    case .averageFlowRunLateness: .served { try await $0.averageLateness($1) }
    case .flowRunHistory: .served { try await $0.history($1, .flow) }
    case .bulkDeleteFlowRuns: .served { try await $0.bulkDeleteFlowRuns($1) }
    case .bulkSetFlowRunState: .served { try await $0.bulkSetFlowRunState($1) }
    case .paginateFlowRuns: .served { try await $0.paginateFlowRuns($1) }
    case .readFlowRunGraphV1: .served { try await $0.readDependencies($1) }
    case .readFlowRunGraphV2: .served { try await $0.readFlowRunGraph($1) }
    case .resumeFlowRun: .served { try await $0.resumeFlowRun($1) }
    case .createFlowRunInput: .served { try await $0.createFlowRunInput($1) }
    case .filterFlowRunInput: .served { try await $0.filterFlowRunInput($1) }
    case .readFlowRunInput: .served { try await $0.readFlowRunInput($1) }
    case .deleteFlowRunInput: .served { try await $0.deleteFlowRunInput($1) }
    case .downloadLogs: .served { try await $0.downloadLogs($1) }
    case .readFlowRunState, .readTaskRunState: .missing("states are read by their run")
    // Task runs
    case .createTaskRun: .served { try await $0.createTaskRun($1) }
    case .readTaskRun: .served { try await $0.readTaskRun($1) }
    case .setTaskRunState: .served { try await $0.setTaskRunState($1) }
    case .deleteTaskRun: .served { try await $0.deleteRun($1) }
    case .readTaskRunStates: .served { try await $0.readStates($1, of: "task_run_id") }
    case .readTaskRuns: .served { try await $0.readTaskRuns($1) }
    case .countTaskRuns: .served { try await $0.countRuns($1, .task) }
    case .taskRunHistory: .served { try await $0.history($1, .task) }
    case .paginateTaskRuns: .served { try await $0.paginateTaskRuns($1) }
    case .updateTaskRun: .served { try await $0.updateTaskRun($1) }
    case .readObservedStates: .served { try await $0.readObservedStates($1) }
    // Logs
    case .createLogs: .served { try await $0.createLogs($1) }
    case .readLogs: .served { try await $0.readLogs($1) }
    // Events
    case .createEvents: .served { try await $0.createEvents($1) }
    case .readEvents: .served { try await $0.readEvents($1) }
    case .readAccountEventsPage: .served { try await $0.readNextEvents($1) }
    case .countAccountEvents: .served { try await $0.countEvents($1) }
    // Deployments
    case .createDeployment: .served { try await $0.createDeployment($1) }
    case .readDeployment: .served { try await $0.readDeployment($1) }
    case .readDeploymentByName: .served { try await $0.readDeploymentByName($1) }
    case .updateDeployment: .served { try await $0.updateDeployment($1) }
    case .deleteDeployment: .served { try await $0.deleteDeployment($1) }
    case .readDeployments: .served { try await $0.readDeployments($1) }
    case .paginateDeployments: .served { try await $0.paginateDeployments($1) }
    case .countDeployments: .served { try await $0.countDeployments($1) }
    case .bulkDeleteDeployments: .served { try await $0.bulkDeleteDeployments($1) }
    case .scheduleDeployment: .served { try await $0.scheduleDeployment($1) }
    case .resumeDeployment: .served { try await $0.resumeDeployment($1) }
    case .pauseDeployment: .served { try await $0.pauseDeployment($1) }
    case .createFlowRunFromDeployment: .served { try await $0.createFlowRunFromDeployment($1) }
    case .bulkCreateFlowRunsFromDeployment: .served { try await $0.bulkCreateFlowRuns($1) }
    case .getScheduledFlowRunsForDeployments:
      .served { try await $0.readScheduledRunsOfDeployments($1) }
    case .workQueueCheckForDeployment: .served { try await $0.checkWorkQueue($1) }
    case .readDeploymentSchedules: .served { try await $0.readSchedules($1) }
    case .createDeploymentSchedules: .served { try await $0.createSchedules($1) }
    case .updateDeploymentSchedule: .served { try await $0.updateSchedule($1) }
    case .deleteDeploymentSchedule: .served { try await $0.deleteSchedule($1) }
    // Work pools
    case .createWorkPool: .served { try await $0.createWorkPool($1) }
    case .readWorkPool: .served { try await $0.readWorkPool($1) }
    case .updateWorkPool: .served { try await $0.updateWorkPool($1) }
    case .deleteWorkPool: .served { try await $0.deleteWorkPool($1) }
    case .readWorkPools: .served { try await $0.readWorkPools($1) }
    case .countWorkPools: .served { try await $0.countWorkPools($1) }
    case .readWorkPoolConcurrencyStatus: .served { try await $0.readWorkPoolConcurrency($1) }
    case .getScheduledFlowRuns: .served { try await $0.readScheduledRuns($1) }
    case .createWorkQueueWorkPools, .createWorkQueueWorkQueues:
      .served { try await $0.createWorkQueue($1) }
    case .readWorkQueueWorkPools, .readWorkQueueWorkQueues, .readWorkQueueByName:
      .served { try await $0.readWorkQueue($1) }
    case .updateWorkQueueWorkPools, .updateWorkQueueWorkQueues:
      .served { try await $0.updateWorkQueue($1) }
    case .deleteWorkQueueWorkPools, .deleteWorkQueueWorkQueues:
      .served { try await $0.deleteWorkQueue($1) }
    case .readWorkQueuesWorkPools, .readWorkQueuesWorkQueues:
      .served { try await $0.readWorkQueues($1) }
    case .readWorkQueueRuns: .served { try await $0.readWorkQueueRuns($1) }
    case .readWorkQueueConcurrencyStatus: .served { try await $0.readWorkQueueConcurrency($1) }
    case .readWorkQueueStatus: .served { try await $0.readWorkQueueStatus($1) }
    case .workerHeartbeat: .served { try await $0.workerHeartbeat($1) }
    case .readWorkers: .served { try await $0.readWorkers($1) }
    case .deleteWorker: .served { try await $0.deleteWorker($1) }
    case .readViewContent: .served { api, request in try api.readView(request) }
    case .readTaskWorkers: .served { api, request in api.readTaskWorkers(request) }
    // Concurrency
    case .createConcurrencyLimitV2: .served { try await $0.createLimit($1) }
    case .readConcurrencyLimitV2: .served { try await $0.readLimit($1) }
    case .updateConcurrencyLimitV2: .served { try await $0.updateLimit($1) }
    case .deleteConcurrencyLimitV2: .served { try await $0.deleteLimit($1) }
    case .readAllConcurrencyLimitsV2: .served { try await $0.readLimits($1) }
    case .bulkIncrementActiveSlots: .served { try await $0.takeSlots($1) }
    case .bulkIncrementActiveSlotsWithLease: .served { try await $0.takeSlotsWithLease($1) }
    case .bulkDecrementActiveSlots: .served { try await $0.giveSlotsBack($1) }
    case .bulkDecrementActiveSlotsWithLease: .served { try await $0.endLease($1) }
    case .renewConcurrencyLease: .served { try await $0.renewLease($1) }
    case .createConcurrencyLimit: .served { try await $0.createTagLimit($1) }
    case .readConcurrencyLimit, .readConcurrencyLimitByTag:
      .served { try await $0.readTagLimit($1) }
    case .deleteConcurrencyLimit, .deleteConcurrencyLimitByTag:
      .served { try await $0.deleteTagLimit($1) }
    case .readConcurrencyLimits: .served { try await $0.readTagLimits($1) }
    case .resetConcurrencyLimitByTag: .served { try await $0.resetTagLimit($1) }
    case .incrementConcurrencyLimitsV1: .served { try await $0.takeTagSlots($1) }
    case .decrementConcurrencyLimitsV1: .served { try await $0.giveTagSlotsBack($1) }
    // Blocks
    case .createBlockType: .served { try await $0.createBlockType($1) }
    case .readBlockTypeByID, .readBlockTypeBySlug: .served { try await $0.readBlockType($1) }
    case .updateBlockType: .served { try await $0.updateBlockType($1) }
    case .deleteBlockType: .served { try await $0.deleteBlockType($1) }
    case .readBlockTypes: .served { try await $0.readBlockTypes($1) }
    case .installSystemBlockTypes: .served { try await $0.installSystemBlockTypes($1) }
    case .createBlockSchema: .served { try await $0.createBlockSchema($1) }
    case .readBlockSchemaByID: .served { try await $0.readBlockSchema($1) }
    case .readBlockSchemaByChecksum: .served { try await $0.readBlockSchemaByChecksum($1) }
    case .readBlockSchemas: .served { try await $0.readBlockSchemas($1) }
    case .deleteBlockSchema: .served { try await $0.deleteBlockSchema($1) }
    case .readAvailableBlockCapabilities: .served { try await $0.readBlockCapabilities($1) }
    case .createBlockDocument: .served { try await $0.createBlock($1) }
    case .readBlockDocumentByID: .served { try await $0.readBlock($1) }
    case .readBlockDocumentByNameForBlockType: .served { try await $0.readBlockByName($1) }
    case .readBlockDocuments: .served { try await $0.readBlocks($1) }
    case .readBlockDocumentsForBlockType: .served { try await $0.readBlocksOfType($1) }
    case .countBlockDocuments: .served { try await $0.countBlocks($1) }
    case .updateBlockDocumentData: .served { try await $0.updateBlock($1) }
    case .deleteBlockDocument: .served { try await $0.deleteBlock($1) }
    // Artifacts, variables
    case .createArtifact: .served { try await $0.createArtifact($1) }
    case .readArtifact: .served { try await $0.readArtifact($1) }
    case .readLatestArtifact: .served { try await $0.readLatestArtifact($1) }
    case .updateArtifact: .served { try await $0.updateArtifact($1) }
    case .deleteArtifact: .served { try await $0.deleteArtifact($1) }
    case .readArtifacts: .served { try await $0.readArtifacts($1) }
    case .readLatestArtifacts: .served { try await $0.readLatestArtifacts($1) }
    case .countArtifacts: .served { try await $0.countArtifacts($1) }
    case .countLatestArtifacts: .served { try await $0.countLatestArtifacts($1) }
    case .createVariable: .served { try await $0.createVariable($1) }
    case .readVariable, .readVariableByName: .served { try await $0.readVariable($1) }
    case .updateVariable, .updateVariableByName: .served { try await $0.updateVariable($1) }
    case .deleteVariable, .deleteVariableByName: .served { try await $0.deleteVariable($1) }
    case .readVariables: .served { try await $0.readVariables($1) }
    case .countVariables: .served { try await $0.countVariables($1) }
    // Automations
    case .createAutomation: .served { try await $0.createAutomation($1) }
    case .readAutomation: .served { try await $0.readAutomation($1) }
    case .updateAutomation: .served { try await $0.updateAutomation($1) }
    case .patchAutomation: .served { try await $0.patchAutomation($1) }
    case .deleteAutomation: .served { try await $0.deleteAutomation($1) }
    case .readAutomations: .served { try await $0.readAutomations($1) }
    case .countAutomations: .served { try await $0.countAutomations($1) }
    case .readAutomationsRelatedToResource: .served { try await $0.readRelatedAutomations($1) }
    case .deleteAutomationsOwnedByResource: .served { try await $0.deleteOwnedAutomations($1) }
    case .validateTemplateTemplates, .validateTemplateAutomations:
      .served { _, request in PrefectAPI.checkTemplate(request.body) }
    // For Prefect's web UI
    case .createSavedSearch: .served { try await $0.createSavedSearch($1) }
    case .readSavedSearch: .served { try await $0.readSavedSearch($1) }
    case .deleteSavedSearch: .served { try await $0.deleteSavedSearch($1) }
    case .readSavedSearches: .served { try await $0.readSavedSearches($1) }
    case .countDeploymentsByFlow: .served { try await $0.countDeploymentsByFlow($1) }
    case .nextRunsByFlow: .served { try await $0.nextRunsByFlow($1) }
    case .validateObj: .served { try await $0.validateValues($1) }
    case .readFlowRunHistory: .served { try await $0.simpleFlowRuns($1) }
    case .countTaskRunsByFlowRun: .served { try await $0.countTasksOfFlowRuns($1) }
    case .readDashboardTaskRunCounts: .served { try await $0.dashboardCounts($1) }
    case .readTaskRunCountsByState: .served { try await $0.countTaskRunsByState($1) }
    case .readTaskRunWithFlowRunName: .served { try await $0.readTaskRunOfUI($1) }
    }
  }

}
