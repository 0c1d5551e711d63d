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
    case .countFlows, .bulkDeleteFlows, .paginateFlows: .missing(Self.lists)
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
    case .averageFlowRunLateness, .flowRunHistory, .bulkDeleteFlowRuns, .bulkSetFlowRunState,
      .paginateFlowRuns:
      .missing(Self.lists)
    case .readFlowRunGraphV1, .readFlowRunGraphV2: .missing("the graph is not translated yet")
    case .resumeFlowRun, .createFlowRunInput, .filterFlowRunInput, .readFlowRunInput,
      .deleteFlowRunInput:
      .missing("pauses with input are not translated yet")
    case .downloadLogs: .missing(Self.lists)
    case .readFlowRunState, .readTaskRunState: .missing("states are read by their run")
    // Task runs
    case .createTaskRun: .served { try await $0.createTaskRun($1) }
    case .readTaskRun: .served { try await $0.readTaskRun($1) }
    case .setTaskRunState: .served { try await $0.setTaskRunState($1) }
    case .deleteTaskRun: .served { try await $0.deleteRun($1) }
    case .readTaskRunStates: .served { try await $0.readStates($1, of: "task_run_id") }
    case .readTaskRuns: .served { try await $0.readTaskRuns($1) }
    case .countTaskRuns: .served { try await $0.countRuns($1, .task) }
    case .updateTaskRun, .taskRunHistory, .paginateTaskRuns, .readObservedStates:
      .missing(Self.lists)
    // Logs
    case .createLogs: .served { try await $0.createLogs($1) }
    case .readLogs: .served { try await $0.readLogs($1) }
    // Events
    case .createEvents, .readEvents, .readAccountEventsPage, .countAccountEvents:
      .missing("events come by the WebSocket /events/in and are read by Martlet's EventService")
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
    case .deleteAutomationsOwnedByResource: .served { api, _ in api.ownsNoAutomations() }
    case .readAutomationsRelatedToResource: .served { api, _ in api.relatesToNoAutomations() }
    case .createAutomation, .updateAutomation, .patchAutomation, .deleteAutomation,
      .readAutomation, .readAutomations, .countAutomations, .validateTemplateTemplates,
      .validateTemplateAutomations:
      .missing("there are no automations yet")
    // For Prefect's web UI
    case .createSavedSearch, .readSavedSearch, .deleteSavedSearch, .readSavedSearches,
      .countDeploymentsByFlow, .nextRunsByFlow, .readFlowRunHistory, .countTaskRunsByFlowRun,
      .validateObj, .readDashboardTaskRunCounts, .readTaskRunCountsByState,
      .readTaskRunWithFlowRunName:
      .missing("only Prefect's web UI asks for it, which is not served yet")
    }
  }

  private static let lists = "lists and counts are not translated yet"
}
