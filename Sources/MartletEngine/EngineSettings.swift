// Decides the time-outs of the background services, and their defaults.

public import MartletModel

/// What the services of the engine go by.
public struct EngineSettings: Sendable {
  /// How often the clock of leases ticks.
  public var tickInterval = Duration.seconds(1)
  /// The longest silence of that clock that is no outage.
  public var tickTolerance = Interval.seconds(5)
  /// How often lapsed sessions are looked for.
  public var reapInterval = Duration.seconds(1)
  /// How often claims without a session are looked for.
  public var claimInterval = Duration.seconds(15)
  /// How long a replica keeps work it has taken before others take it over.
  public var hold = Interval.seconds(15)
  /// How much a service takes at a time.
  public var chunk = 500
  /// The longest pause between looks at what is due.
  public var dueInterval = Duration.seconds(1)
  /// The longest pause between looks at schedules and backfills.
  public var scheduleInterval = Duration.seconds(1)
  /// The shortest pause between two looks at them, which gathers what is committed meanwhile.
  public var schedulePause = Duration.milliseconds(5)
  /// How often stopped runs' children are looked for.
  public var cascadeInterval = Duration.milliseconds(500)
  /// How long a run that was put back below another one waits for the next look at both.
  public var strandingPause = Interval.seconds(600)
  /// How often deletions are looked for that nobody deals with.
  public var deletionInterval = Duration.seconds(2)
  /// How long a deletion is gone on with before others have their turn.
  public var deletionTurn = Duration.seconds(10)
  /// How often counts are folded.
  public var foldInterval = Duration.seconds(5)
  /// How often results and keys of the cache whose time is over are deleted.
  public var expiryInterval = Duration.seconds(15)
  /// How often partitions are looked after.
  public var partitionInterval = Duration.seconds(600)
  /// How often the rows that are in no day are looked through for what is too old; the first time is at the start.
  public var pruneInterval = Duration.seconds(24 * 3600)
  /// Days that are made ahead; below half of it, more are made.
  public var daysAhead: Int32 = 7
  /// Days of history that are kept; nil keeps all.
  public var historyDays: Int32?
  /// Days of logs that are kept; nil keeps all.
  public var logDays: Int32?
  /// Days of published events that are kept; nil keeps all.
  public var eventDays: Int32?
  /// Days a resume token may be old.
  public var feedDays: Int32 = 3
  /// How often a replica says that it is alive.
  public var beatInterval = Duration.seconds(5)
  /// After how long without a beat a replica counts as gone.
  public var silence = Interval.seconds(20)
  /// The shortest pause between two looks at the feed, which gathers what is committed meanwhile.
  public var feedPause = Duration.milliseconds(5)
  /// The longest pause between two looks at the feed while somebody follows.
  public var feedInterval = Duration.seconds(1)
  /// The pause before the next look while running transactions hold back committed ones.
  public var heldBackPause = Duration.milliseconds(20)
  /// The shortest pause between two hints to other replicas.
  public var hintPause = Duration.milliseconds(20)
  /// How long a replica has a shard of limits without renewing.
  public var granterLease = Interval.seconds(5)
  /// The longest pause between two looks at the lines of limits.
  public var lineInterval = Duration.seconds(1)
  /// The shortest pause between two looks at lines, which gathers what is released meanwhile.
  public var linePause = Duration.milliseconds(2)
  /// How often those who wait here are told although nothing woke us.
  public var tellInterval = Duration.seconds(1)
  /// How often their places are kept.
  public var keepInterval = Duration.seconds(3)
  /// The shortest pause between two looks at limits that are watched.
  public var limitWatchPause = Duration.milliseconds(500)
  /// How often they are looked at although nothing was heard: a hint may have been lost.
  public var limitWatchInterval = Duration.seconds(30)
  /// How often it is read which tags have a limit.
  public var tagInterval = Duration.seconds(1)
  /// The longest pause between looks for leases of slots that lapsed.
  public var lapseInterval = Duration.seconds(1)
  /// How often leases that ended long ago are forgotten.
  public var forgetInterval = Duration.seconds(60)
  /// How long a worker has to take what it was offered.
  public var acceptance = Duration.seconds(15)
  /// How often the sessions of connected workers are renewed.
  public var workerBeat = Duration.seconds(8)
  /// The longest pause between two looks at what waits for a worker.
  public var workInterval = Duration.seconds(1)
  /// The longest pause between two looks while nothing waits.
  public var idleInterval = Duration.seconds(10)
  /// The shortest pause between two looks at runs that were offered and have not begun.
  public var offerPause = Duration.milliseconds(100)

  /// The defaults.
  public init() {}
}
