// Decides which services run in the background of a server, and in which order they stop.

public import Logging
public import MartletStore
public import ServiceLifecycle

/// The background services of one replica.
public struct Engine: Sendable {
  /// What followers follow.
  public let feed: Feed
  /// Gathers heartbeats of sessions.
  public let beats: SessionBeats
  /// Knows how many replicas there are.
  public let heartbeat: ReplicaHeartbeat
  /// Where requests wait for slots.
  public let room: LimitRoom
  /// Tells watchers how full limits are.
  public let limitWatch: LimitWatch
  /// The workers that are connected here.
  public let workers: WorkerHub
  /// Every service, in the order to start them; stop them in reverse.
  public let services: [any Service]

  /// Puts the services of a replica together.
  /// - Parameter host: Host and process, for people.
  public init(
    _ store: Store, host: String, settings: EngineSettings = EngineSettings(), logger: Logger
  ) {
    let context = EngineContext(store, settings: settings, logger: logger)
    feed = Feed(store)
    beats = SessionBeats(store)
    heartbeat = ReplicaHeartbeat(context, host: host)
    room = LimitRoom(context)
    limitWatch = LimitWatch(context)
    workers = WorkerHub(wake: { store.workSignal.raise() })
    services = [
      // Leases first: the reaper does nothing before the clock has ticked.
      LivenessClock(context), PartitionKeeper(context), heartbeat, HintListener(store),
      HintSender(context, heartbeat: heartbeat), Tailer(context, feed: feed), DueRunner(context),
      CascadeRunner(context), StrandingKeeper(context), RunDeleter(context), Reaper(context),
      ClaimKeeper(context),
      CountKeeper(context),
      LimitGranter(context, room: room), LeaseExpirer(context), TagLimitKeeper(context), room,
      limitWatch, ExpiryKeeper(context), WorkerKeeper(context, hub: workers),
      Dispatcher(context, hub: workers),
      Scheduler(context), BackfillRunner(context), AutomationRunner(context),
    ]
  }
}
