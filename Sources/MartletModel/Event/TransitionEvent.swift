// Decides how the transition of a run is seen as an event: nothing is stored twice.

/// What a run is called in its events.
public struct RunCaption: Sendable, Equatable {
  /// Its kind.
  public var kind: RunKind
  /// Its name.
  public var name: String
  /// Its definition.
  public var definition: String

  /// Makes a caption.
  public init(kind: RunKind, name: String, definition: String) {
    self.kind = kind
    self.name = name
    self.definition = definition
  }
}

/// A transition of a run, as an event.
public struct TransitionEvent: Sendable, Equatable {
  /// The run.
  public var runID: RunID
  /// Which of its transitions, from 1.
  public var revision: Int64
  /// The run's namespace.
  public var namespace: Namespace
  /// When it happened.
  public var time: Instant
  /// The state left; nil for the creation.
  public var from: StateType?
  /// The name of the state left; empty for the creation.
  public var fromName: String
  /// The state entered.
  public var to: StateType
  /// The name of the state entered.
  public var toName: String
  /// What happened, for people.
  public var message: String
  /// The epoch after it.
  public var epoch: Int64
  /// The run count after it.
  public var attempt: Int32
  /// The row of the state machine that decided.
  public var rule: String
  /// Who caused it.
  public var actor: String
  /// What the run is called.
  public var run: RunCaption

  /// Makes an event of every part.
  public init(
    runID: RunID, revision: Int64, namespace: Namespace, time: Instant, from: StateType?,
    fromName: String, to: StateType, toName: String, message: String, epoch: Int64,
    attempt: Int32, rule: String, actor: String, run: RunCaption
  ) {
    self.runID = runID
    self.revision = revision
    self.namespace = namespace
    self.time = time
    self.from = from
    self.fromName = fromName
    self.to = to
    self.toName = toName
    self.message = message
    self.epoch = epoch
    self.attempt = attempt
    self.rule = rule
    self.actor = actor
    self.run = run
  }

  /// Makes the event of a transition.
  public init(_ transition: Transition, of run: RunCaption) {
    self.init(
      runID: transition.runID, revision: transition.revision, namespace: transition.namespace,
      time: transition.time, from: transition.from, fromName: transition.fromName,
      to: transition.to.type, toName: transition.to.name, message: transition.to.message,
      epoch: transition.epoch, attempt: transition.attempt, rule: transition.rule,
      actor: transition.actor, run: run)
  }

  /// What the names of all such events begin with; no program's may.
  public static let namePrefix = "martlet."

  /// The event's name: `martlet.flow-run.Completed`.
  public var name: String { "martlet.\(run.kind.noun).\(toName)" }

  /// The id of its resource: `martlet.flow-run.` and the run's.
  public var resourceID: String { "martlet.\(run.kind.noun).\(runID)" }

  /// The event's id: the run's and the number of the transition.
  public var id: String { "\(runID)/\(revision)" }
}

extension RunKind {
  /// What a run of this kind is called in events: `flow-run`.
  public var noun: String { "\(description.lowercased())-run" }

  /// The name of the event of a deletion: `martlet.flow-run.Deleted`.
  public var deletionName: String { "martlet.\(noun).Deleted" }
}

extension EventFilter {
  /// Whether events may pass that are kept as such: those that programs publish, deletions of runs, failures of
  /// schedules and what automations do.
  public var admitsPublished: Bool {
    switch name {
    case .equal(let text)?, .prefix(let text)?:
      !text.utf8.starts(with: TransitionEvent.namePrefix.utf8)
        || RunKind.allCases.contains { name?.matches($0.deletionName) == true }
        || name?.matches(ScheduleSpec.failureName) == true
        || name?.mayBegin(with: AutomationRules.eventPrefix) == true
    case nil: true
    }
  }

  /// Which transitions may pass; nil for none.
  public var transitions: (run: RunID?, kind: RunKind?)? {
    guard name?.mayBegin(with: TransitionEvent.namePrefix) ?? true else { return nil }
    guard let resourceID else { return (runID, nil) }
    for kind in RunKind.allCases {
      let start = "martlet.\(kind.noun)."
      guard resourceID.utf8.starts(with: start.utf8),
        let id = RunID(String(resourceID.dropFirst(start.count))), runID == nil || runID == id
      else { continue }
      return (id, kind)
    }
    return nil
  }

  /// Whether the event of a transition passes.
  public func matches(_ event: TransitionEvent) -> Bool {
    matches(
      name: event.name, resourceID: event.resourceID, runID: event.runID, time: event.time)
  }

  /// Whether an event passes.
  public func matches(name: String, resourceID: String, runID: RunID?, time: Instant) -> Bool {
    self.name?.matches(name) ?? true && self.resourceID ?? resourceID == resourceID
      && (self.runID == nil || self.runID == runID) && from ?? time <= time && time <= to ?? time
  }
}
