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
    case .healthCheck, .performReadinessCheck: .served { api, _ in api.isHealthy() }
    case .serverVersion, .readVersion: .served { api, _ in api.version() }
    case .hello: .served { api, _ in api.hello() }
    case .createCsrfToken: .served { api, _ in try api.createToken() }
    case .readServerDefaultResultStorage: .served { api, _ in api.resultStorage() }
    case .readSettings, .updateServerDefaultResultStorage, .clearServerDefaultResultStorage:
      .missing("settings of the server are not changed this way")
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
    case .resumeFlowRun, .createFlowRunInput, .filterFlowRunInput, .readFlowRunInput,
      .deleteFlowRunInput:
      .missing("pauses with input are not translated yet")
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
    case .readObservedStates: .missing(Self.lists)
    // Logs
    case .createLogs: .served { try await $0.createLogs($1) }
    case .readLogs: .served { try await $0.readLogs($1) }
    // Events
    case .createEvents: .served { try await $0.createEvents($1) }
    case .readEvents: .served { try await $0.readEvents($1) }
    case .readAccountEventsPage: .served { try await $0.readNextEvents($1) }
    case .countAccountEvents: .served { try await $0.countEvents($1) }
    // Deployments
    case .createDeployment, .updateDeployment, .readDeployment, .deleteDeployment,
      .readDeploymentByName, .readDeployments, .paginateDeployments,
      .getScheduledFlowRunsForDeployments, .countDeployments, .bulkDeleteDeployments,
      .scheduleDeployment, .resumeDeployment, .pauseDeployment, .createFlowRunFromDeployment,
      .bulkCreateFlowRunsFromDeployment, .workQueueCheckForDeployment, .readDeploymentSchedules,
      .createDeploymentSchedules, .updateDeploymentSchedule, .deleteDeploymentSchedule:
      .missing("deployments are not translated yet: use martlet deploy")
    // Work pools
    case .createWorkPool, .readWorkPool, .updateWorkPool, .deleteWorkPool, .readWorkPools,
      .countWorkPools, .readWorkPoolConcurrencyStatus, .getScheduledFlowRuns,
      .createWorkQueueWorkPools, .readWorkQueueWorkPools, .updateWorkQueueWorkPools,
      .deleteWorkQueueWorkPools, .readWorkQueuesWorkPools, .workerHeartbeat, .readWorkers,
      .deleteWorker, .createWorkQueueWorkQueues, .updateWorkQueueWorkQueues,
      .readWorkQueueWorkQueues, .deleteWorkQueueWorkQueues, .readWorkQueueByName,
      .readWorkQueueRuns, .readWorkQueuesWorkQueues, .readWorkQueueConcurrencyStatus,
      .readWorkQueueStatus, .readViewContent:
      .missing("work pools are not translated yet: use martlet work-pool")
    case .readTaskWorkers: .missing("background tasks are not translated yet")
    // Concurrency
    case .createConcurrencyLimit, .readConcurrencyLimit, .deleteConcurrencyLimit,
      .readConcurrencyLimitByTag, .deleteConcurrencyLimitByTag, .readConcurrencyLimits,
      .resetConcurrencyLimitByTag, .incrementConcurrencyLimitsV1, .decrementConcurrencyLimitsV1,
      .createConcurrencyLimitV2, .readConcurrencyLimitV2, .updateConcurrencyLimitV2,
      .deleteConcurrencyLimitV2, .readAllConcurrencyLimitsV2, .bulkIncrementActiveSlots,
      .bulkIncrementActiveSlotsWithLease, .bulkDecrementActiveSlots,
      .bulkDecrementActiveSlotsWithLease, .renewConcurrencyLease:
      .missing("limits are not translated yet: use martlet limit")
    // Blocks
    case .createBlockType, .readBlockTypeByID, .updateBlockType, .deleteBlockType,
      .readBlockTypeBySlug, .readBlockTypes, .readBlockDocumentsForBlockType,
      .readBlockDocumentByNameForBlockType, .installSystemBlockTypes, .createBlockDocument,
      .readBlockDocuments, .countBlockDocuments, .readBlockDocumentByID, .deleteBlockDocument,
      .updateBlockDocumentData, .createBlockSchema, .deleteBlockSchema, .readBlockSchemaByID,
      .readBlockSchemas, .readBlockSchemaByChecksum, .readAvailableBlockCapabilities:
      .missing("there are no blocks yet")
    // Artifacts, variables
    case .createArtifact, .readArtifact, .updateArtifact, .deleteArtifact, .readLatestArtifact,
      .readArtifacts, .readLatestArtifacts, .countArtifacts, .countLatestArtifacts:
      .missing("artifacts are not translated yet: use martlet artifact")
    case .createVariable: .served { try await $0.createVariable($1) }
    case .readVariableByName: .served { try await $0.readVariableByName($1) }
    case .updateVariableByName: .served { try await $0.updateVariableByName($1) }
    case .deleteVariableByName: .served { try await $0.deleteVariableByName($1) }
    case .readVariable, .updateVariable, .deleteVariable:
      .missing("variables are known by their names")
    case .readVariables, .countVariables: .missing(Self.lists)
    // Automations
    case .createAutomation, .updateAutomation, .patchAutomation, .deleteAutomation,
      .readAutomation, .readAutomations, .countAutomations, .readAutomationsRelatedToResource,
      .deleteAutomationsOwnedByResource, .validateTemplateTemplates, .validateTemplateAutomations:
      .missing("there are no automations yet")
    // For Prefect's web UI
    case .createSavedSearch, .readSavedSearch, .deleteSavedSearch, .readSavedSearches,
      .countDeploymentsByFlow, .nextRunsByFlow, .validateObj:
      .missing("only Prefect's web UI asks for it, which is not served yet")
    case .readFlowRunHistory: .served { try await $0.simpleFlowRuns($1) }
    case .countTaskRunsByFlowRun: .served { try await $0.countTasksOfFlowRuns($1) }
    case .readDashboardTaskRunCounts: .served { try await $0.dashboardCounts($1) }
    case .readTaskRunCountsByState: .served { try await $0.countTaskRunsByState($1) }
    case .readTaskRunWithFlowRunName: .served { try await $0.readTaskRunOfUI($1) }
    }
  }

  private static let lists = "lists and counts are not translated yet"
}
