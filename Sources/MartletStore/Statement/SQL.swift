// Decides the catalogue of statements: every one the program runs, by name, from the SQL files.

import MartletPostgres

/// The named statements, parsed once from the files that are part of the binary.
enum SQL {
  /// All files of statements, with the names to show when one does not parse.
  static let files: [StatementFile] = [
    PackageResources.transition_sql, PackageResources.run_sql, PackageResources.flow_sql,
    PackageResources.artifact_sql, PackageResources.log_sql, PackageResources.session_sql,
    PackageResources.work_sql, PackageResources.watch_sql, PackageResources.partition_sql,
    PackageResources.graph_sql, PackageResources.failure_sql,
    PackageResources.limit_sql, PackageResources.lease_sql, PackageResources.lapse_sql,
    PackageResources.grant_sql, PackageResources.slot_sql,
    PackageResources.result_sql, PackageResources.cache_sql, PackageResources.event_sql,
    PackageResources.variable_sql, PackageResources.upload_sql,
    PackageResources.explain_sql, PackageResources.work_item_sql,
    PackageResources.deletion_sql, PackageResources.schedule_sql, PackageResources.scheduler_sql,
    PackageResources.backfill_sql, PackageResources.pool_sql, PackageResources.worker_sql,
    PackageResources.dispatch_sql, PackageResources.ready_sql,
    PackageResources.deployment_sql, PackageResources.input_sql, PackageResources.block_sql,
    PackageResources.automation_sql, PackageResources.import_sql,
  ].map { StatementFile(String(decoding: $0, as: UTF8.self)) }

  /// All statements by name.
  static let all: [String: Statement] = Dictionary(
    uniqueKeysWithValues: files.flatMap(\.entries).map { ($0.name, Statement($0.name, $0.sql)) })

  /// A statement of the files. A name that is not there is a defect, found by the first test.
  private static func named(_ name: String) -> Statement {
    guard let statement = all[name] else { preconditionFailure("no statement \(name)") }
    return statement
  }

  /// A statement over parallel arrays of the files.
  private static func bulk(_ name: String) -> BulkStatement { BulkStatement(named(name)) }

  // Variables.
  static let insertVariable = named("insert_variable")
  static let updateVariable = named("update_variable")
  static let getVariable = named("get_variable")
  static let findVariable = named("find_variable")
  static let listVariables = named("list_variables")
  static let countVariables = named("count_variables")
  static let deleteVariable = named("delete_variable")

  // Uploads of results.
  static let beginUpload = named("begin_upload")
  static let takeOverUpload = named("take_over_upload")
  static let appendChunk = named("append_chunk")
  static let finishUpload = named("finish_upload")
  static let abandonUpload = named("abandon_upload")
  static let getUpload = named("get_upload")
  static let readChunk = named("read_chunk")

  // Deployments.
  static let lockDeployment = named("lock_deployment")
  static let lockEndingDeployment = named("lock_ending_deployment")
  static let getDeployment = named("get_deployment")
  static let listDeployments = named("list_deployments")
  static let insertDeployment = named("insert_deployment")
  static let insertDeploymentVersion = named("insert_deployment_version")
  static let updateDeployment = named("update_deployment")
  static let findPlacement = named("find_placement")
  static let makeServedPool = named("make_served_pool")
  static let makeDefaultQueue = named("make_default_queue")
  static let findDeploymentTarget = named("find_deployment_target")
  static let listDeploymentVersions = named("list_deployment_versions")
  static let getDeploymentVersion = named("get_deployment_version")
  static let findUnstartedRuns = named("find_unstarted_runs")
  static let holdDeployment = named("hold_deployment")
  static let deleteDeployment = named("delete_deployment")

  // Transitions.
  static let lockRuns = bulk("lock_runs")
  static let findUnlockedRuns = named("find_unlocked_runs")
  static let findRuns = named("find_runs")
  static let readParents = named("read_parents")
  static let lockExpectedRuns = bulk("lock_expected_runs")
  static let expectRuns = bulk("expect_runs")
  static let readAnsweredSeqs = named("read_answered_seqs")
  static let insertRuns = bulk("insert_runs")
  static let insertRunStates = bulk("insert_run_states")
  static let updateRunStates = bulk("update_run_states")
  static let insertRefusals = bulk("insert_refusals")
  static let deleteClaims = bulk("delete_claims")
  static let upsertClaims = bulk("upsert_claims")
  static let insertEvictions = named("insert_evictions")
  static let deleteDueTimes = named("delete_due_times")
  static let upsertDueTimes = named("upsert_due_times")
  static let deletePauses = named("delete_pauses")
  static let upsertPauses = named("upsert_pauses")
  static let insertCascades = named("insert_cascades")
  static let insertStrandings = named("insert_strandings")
  static let recordTransitions = bulk("record_transitions")
  static let findTold = named("find_told")

  // What comes in from elsewhere.
  static let findImported = named("find_imported")
  static let findSameRuns = named("find_same_runs")
  static let insertImportedWork = named("insert_imported_work")
  static let recordImported = named("record_imported")
  static let importArtifacts = named("import_artifacts")
  static let findSameArtifacts = named("find_same_artifacts")
  static let setVersionsAside = named("set_versions_aside")
  static let orderVersions = named("order_versions")

  // Runs.
  static let getRuns = named("get_runs")
  static let listRuns = named("list_runs")
  static let countRuns = named("count_runs")
  static let endRunWalk = named("end_run_walk")
  static let countRunWalk = named("count_run_walk")
  static let sumRunCounts = named("sum_run_counts")
  static let foldRunCounts = named("fold_run_counts")
  static let lockRecount = named("lock_recount")
  static let recountRuns = named("recount_runs")
  static let listTransitions = named("list_transitions")
  static let updateRun = named("update_run")
  static let lockRunState = named("lock_run_state")
  static let updateRetry = named("update_retry")
  static let getRunEtag = named("get_run_etag")
  static let listChildren = named("list_children")

  // Deletions.
  static let readTrees = named("read_trees")
  static let readDeletionOrder = named("read_deletion_order")
  static let lockDeletedRuns = named("lock_deleted_runs")
  static let readChildren = named("read_children")
  static let findHeldRuns = named("find_held_runs")
  static let deleteRuns = named("delete_runs")
  static let readRemovals = named("read_removals")
  static let readRunNamespaces = named("read_run_namespaces")
  static let insertEditFeed = named("insert_edit_feed")
  static let findRemovedRuns = named("find_removed_runs")
  static let takeRemovals = named("take_removals")
  static let sweepRemovals = named("sweep_removals")
  static let forgetRemovals = named("forget_removals")
  static let beginDeletion = named("begin_deletion")
  static let takeDeletions = named("take_deletions")
  static let leaveDeletion = named("leave_deletion")
  static let endDeletion = named("end_deletion")

  // Trees and failures.
  static let walkTree = named("walk_tree")
  static let findFirstFailure = named("find_first_failure")
  static let findLastGood = named("find_last_good")
  static let findLastGoodOfDeployment = named("find_last_good_of_deployment")
  static let tailLogs = named("tail_logs")
  static let getHolders = named("get_holders")

  // Explanations.
  static let explainOwner = named("explain_owner")
  static let explainWork = named("explain_work")
  static let explainLimits = named("explain_limits")
  static let explainCache = named("explain_cache")
  static let noteCacheWait = named("note_cache_wait")
  static let deleteOldCacheWaits = named("delete_old_cache_waits")

  // Flows and artifacts.
  static let registerFlows = named("register_flows")
  static let registerFlow = named("register_flow")
  static let insertFlow = named("insert_flow")
  static let getFlow = named("get_flow")
  static let listFlows = named("list_flows")
  static let updateFlow = named("update_flow")
  static let deleteFlow = named("delete_flow")
  static let holdArtifactRun = named("hold_artifact_run")
  static let insertArtifact = named("insert_artifact")
  static let getArtifact = named("get_artifact")
  static let getLatestArtifact = named("get_latest_artifact")
  static let listArtifacts = named("list_artifacts")
  static let countArtifacts = named("count_artifacts")
  static let deleteArtifact = named("delete_artifact")

  // Logs.
  static let insertLogs = named("insert_logs")
  static let insertLogFeed = named("insert_log_feed")
  static let listLogs = named("list_logs")
  static let listLogsBackwards = named("list_logs_backwards")
  static let listDescendants = named("list_descendants")

  // Sessions, the clock of leases, replicas.
  static let openSession = named("open_session")
  static let renewSessions = named("renew_sessions")
  static let listAskedRuns = named("list_asked_runs")
  static let closeSession = named("close_session")
  static let takeLapsedSessions = named("take_lapsed_sessions")
  static let listClaims = named("list_claims")
  static let openMissingSessions = named("open_missing_sessions")
  static let deleteEndedSessions = named("delete_ended_sessions")
  static let tickLeaseClock = named("tick_lease_clock")
  static let beatReplica = named("beat_replica")
  static let listReplicas = named("list_replicas")
  static let deleteReplicas = named("delete_replicas")

  // Work of the engine.
  static let takeDueRuns = named("take_due_runs")
  static let nextDueTime = named("next_due_time")
  static let takeCascades = named("take_cascades")
  static let takeStrandings = named("take_strandings")
  static let postponeStrandings = named("postpone_strandings")
  static let deleteStrandings = named("delete_strandings")
  static let advanceCascade = named("advance_cascade")
  static let deleteCascade = named("delete_cascade")

  // Following and partitions.
  static let readFeed = named("read_feed")
  static let readFeedBounds = named("read_feed_bounds")
  static let readTransitions = named("read_transitions")
  static let readLogs = named("read_logs")
  static let getRoots = named("get_roots")
  static let countReplicas = named("count_replicas")
  static let sendHint = named("send_hint")
  static let checkGeneration = named("check_generation")
  static let extendPartitions = named("extend_partitions")
  static let daysAhead = named("days_ahead")
  static let setLockTimeout = named("set_lock_timeout")
  static let calmOldestDay = named("calm_oldest_day")
  static let dropOldestDay = named("drop_oldest_day")
  static let pruneOutliers = named("prune_outliers")

  // Limits, leases of their slots, and the granter.
  static let insertLimit = named("insert_limit")
  static let getLimit = named("get_limit")
  static let listLimits = named("list_limits")
  static let findLimits = named("find_limits")
  static let lockLimit = named("lock_limit")
  static let updateLimit = named("update_limit")
  static let deleteLimit = named("delete_limit")
  static let listLimitLeases = named("list_limit_leases")
  static let forgetReturningSlots = named("forget_returning_slots")
  static let lockWantedLimits = named("lock_wanted_limits")
  static let readWantedLimits = named("read_wanted_limits")
  static let findLease = named("find_lease")
  static let findOpenSessions = named("find_open_sessions")
  static let insertLeases = named("insert_leases")
  static let insertHolds = named("insert_holds")
  static let insertWaiters = named("insert_waiters")
  static let collectLeases = named("collect_leases")
  static let findLeases = named("find_leases")
  static let returnLeases = named("return_leases")
  static let keepPlaces = named("keep_places")
  static let listLeftLine = named("list_left_line")
  static let renewLease = named("renew_lease")
  static let endLeases = named("end_leases")
  static let findLapsedLeases = named("find_lapsed_leases")
  static let lapseLeases = named("lapse_leases")
  static let nextLapseTime = named("next_lapse_time")
  static let forgetEndedLeases = named("forget_ended_leases")
  static let findLeaseNamespaces = named("find_lease_namespaces")
  static let listLeases = named("list_leases")
  static let nameLimits = named("name_limits")
  static let listWorkLeases = named("list_work_leases")
  static let takeGranterShards = named("take_granter_shards")
  static let leaveGranterShards = named("leave_granter_shards")
  static let deleteIdleMarks = named("delete_idle_marks")
  static let findMarkedLimits = named("find_marked_limits")
  static let checkGranter = named("check_granter")
  static let lockLineLimits = named("lock_line_limits")
  static let readLineLimits = named("read_line_limits")
  static let readLines = named("read_lines")
  static let grantWaiters = named("grant_waiters")
  static let setWaitersDue = named("set_waiters_due")
  static let deleteMarks = named("delete_marks")
  static let insertMarks = named("insert_marks")
  static let nextWaiterDue = named("next_waiter_due")

  // Slots of runs.
  static let lockNamedLimits = named("lock_named_limits")
  static let peekNamedLimits = named("peek_named_limits")
  static let readNamedLimits = named("read_named_limits")
  static let findRunSlots = named("find_run_slots")
  static let insertRunLeases = named("insert_run_leases")
  static let insertRunWaiters = named("insert_run_waiters")
  static let lockRunLeases = named("lock_run_leases")
  static let insertPlacements = bulk("insert_placements")
  static let moveWorkItems = bulk("move_work_items")
  static let deleteWorkItems = named("delete_work_items")
  static let takeRunSlots = named("take_run_slots")
  static let releaseRunSlots = named("release_run_slots")
  static let listTagLimits = named("list_tag_limits")

  // Pools and queues.
  static let insertPool = named("insert_pool")
  static let insertFirstPool = named("insert_first_pool")
  static let getPool = named("get_pool")
  static let listPools = named("list_pools")
  static let updatePool = named("update_pool")
  static let lockPool = named("lock_pool")
  static let findPoolUse = named("find_pool_use")
  static let deletePool = named("delete_pool")
  static let insertQueue = named("insert_queue")
  static let listQueues = named("list_queues")
  static let updateQueue = named("update_queue")
  static let deleteQueue = named("delete_queue")
  static let moveQueueItems = named("move_queue_items")
  static let moveQueueDeployments = named("move_queue_deployments")

  // Workers.
  static let enterWorker = named("enter_worker")
  static let renewWorkers = named("renew_workers")
  static let findWorkers = named("find_workers")
  static let listWorkers = named("list_workers")
  static let drainWorker = named("drain_worker")
  static let markLeavingWorker = named("mark_leaving_worker")
  static let forgetLeaving = named("forget_leaving")
  static let deleteWorker = named("delete_worker")
  static let acceptOffers = named("accept_offers")
  static let checkOffers = named("check_offers")
  static let listUnacceptedOffers = named("list_unaccepted_offers")
  static let doubtOffers = named("doubt_offers")
  static let noteDecline = named("note_decline")
  static let countMisfire = named("count_misfire")

  // Dispatching.
  static let lockDispatch = named("lock_dispatch")
  static let moveStrays = named("move_strays")
  static let readDispatchQueues = named("read_dispatch_queues")
  static let releaseLapsedHolds = named("release_lapsed_holds")
  static let readReadyItems = named("read_ready_items")
  static let readReadyKinds = named("read_ready_kinds")
  static let lockLimitedDeployments = named("lock_limited_deployments")
  static let readDeploymentRoom = named("read_deployment_room")
  static let markOffers = named("mark_offers")
  static let readClaimLimits = named("read_claim_limits")
  static let lockClaimedDeployment = named("lock_claimed_deployment")
  static let holdClaim = named("hold_claim")
  static let nextReadyItem = named("next_ready_item")
  static let releaseOffers = named("release_offers")
  static let readLaunches = named("read_launches")
  static let takeLapsedOffers = named("take_lapsed_offers")
  static let findBlockedItems = named("find_blocked_items")

  // Results and the cache.
  static let insertResult = named("insert_result")
  static let getResult = named("get_result")
  static let holdResult = named("hold_result")
  static let getLatestResult = named("get_latest_result")
  static let deleteExpiredResults = named("delete_expired_results")
  static let getCacheEntry = named("get_cache_entry")
  static let insertCacheEntry = named("insert_cache_entry")
  static let lockCacheEntry = named("lock_cache_entry")
  static let readCacheReservations = named("read_cache_reservations")
  static let upsertCacheReservation = named("upsert_cache_reservation")
  static let findCacheKey = named("find_cache_key")
  static let storeCacheValue = named("store_cache_value")
  static let endCacheReservation = named("end_cache_reservation")
  static let releaseCacheReservation = named("release_cache_reservation")
  static let deleteCacheEntries = named("delete_cache_entries")
  static let listCacheEntries = named("list_cache_entries")
  static let deleteDueCacheEntries = named("delete_due_cache_entries")
  static let deleteLapsedCacheReservations = named("delete_lapsed_cache_reservations")

  // Schedules.
  static let lockSchedules = named("lock_schedules")
  static let readSchedules = named("read_schedules")
  static let insertSchedules = named("insert_schedules")
  static let changeSchedules = named("change_schedules")
  static let deleteSchedules = named("delete_schedules")
  static let findWaitingRuns = named("find_waiting_runs")
  static let readClock = named("read_clock")
  static let nextScheduleWake = named("next_schedule_wake")
  static let wakeMarkedSchedules = named("wake_marked_schedules")
  static let takeSchedules = named("take_schedules")
  static let readTargets = named("read_targets")
  static let readScheduleItems = named("read_schedule_items")
  static let moveGates = named("move_gates")
  static let advanceSchedules = named("advance_schedules")
  static let readGenerations = named("read_generations")

  // Backfills.
  static let insertBackfill = named("insert_backfill")
  static let getBackfills = named("get_backfills")
  static let listBackfills = named("list_backfills")
  static let lockBackfill = named("lock_backfill")
  static let endBackfill = named("end_backfill")
  static let listBackfillItems = named("list_backfill_items")
  static let takeBackfills = named("take_backfills")
  static let takeBackfillMarks = named("take_backfill_marks")
  static let findMadeTicks = named("find_made_ticks")
  static let advanceBackfill = named("advance_backfill")
  static let openBackfillItems = named("open_backfill_items")
  static let getScheduleRow = named("get_schedule_row")

  // Events.
  static let insertNewEvents = named("insert_new_events")
  static let insertEvents = named("insert_events")
  static let insertEventFeed = named("insert_event_feed")
  static let readEvents = named("read_events")
  static let readRunKinds = named("read_run_kinds")
  static let listEvents = named("list_events")
  static let listTransitionEvents = named("list_transition_events")
  static let countEvents = named("count_events")

  // Inputs of runs.
  static let insertRunInput = named("insert_run_input")
  static let getRunInput = named("get_run_input")
  static let listRunInputs = named("list_run_inputs")
  static let deleteRunInput = named("delete_run_input")

  // Blocks.
  static let insertBlockType = named("insert_block_type")
  static let updateBlockType = named("update_block_type")
  static let listBlockTypes = named("list_block_types")
  static let deleteBlockType = named("delete_block_type")
  static let insertBlockSchema = named("insert_block_schema")
  static let listBlockSchemas = named("list_block_schemas")
  static let deleteBlockSchema = named("delete_block_schema")
  static let listBlockCapabilities = named("list_block_capabilities")
  static let insertBlock = named("insert_block")
  static let lockBlock = named("lock_block")
  static let updateBlock = named("update_block")
  static let clearBlockReferences = named("clear_block_references")
  static let insertBlockReferences = named("insert_block_references")
  static let findBlockCycle = named("find_block_cycle")
  static let lockBlockReferences = named("lock_block_references")
  static let listBlocks = named("list_blocks")
  static let countBlocks = named("count_blocks")
  static let findAnyBlock = named("find_any_block")
  static let deleteBlock = named("delete_block")

  // Automations.
  static let insertAutomation = named("insert_automation")
  static let updateAutomation = named("update_automation")
  static let clearAutomationBuckets = named("clear_automation_buckets")
  static let listAutomations = named("list_automations")
  static let countAutomations = named("count_automations")
  static let deleteAutomation = named("delete_automation")
  static let listLiveAutomations = named("list_live_automations")
  static let readAutomations = named("read_automations")
  static let readAutomationBuckets = named("read_automation_buckets")
  static let readDueAutomationBuckets = named("read_due_automation_buckets")
  static let nextAutomationWake = named("next_automation_wake")
  static let moveAutomationCursor = named("move_automation_cursor")
  static let saveAutomationBuckets = named("save_automation_buckets")
  static let deleteAutomationBuckets = named("delete_automation_buckets")
  static let insertAutomationTasks = named("insert_automation_tasks")
  static let takeAutomationTasks = named("take_automation_tasks")
  static let endAutomationTask = named("end_automation_task")
  static let delayAutomationTask = named("delay_automation_task")
  static let nextAutomationTask = named("next_automation_task")
  static let readRunRelations = named("read_run_relations")
}
