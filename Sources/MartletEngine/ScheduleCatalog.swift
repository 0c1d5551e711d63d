// Decides what schedulers know by heart: timetables by the form of the schedule, deployments by their version. Bounded.

import MartletModel
import MartletStore
import Synchronization

/// What runs of schedules are made of.
final class ScheduleCatalog: Sendable {
  /// A deployment whose version was read, with the check of its parameters.
  struct Source: Sendable {
    var target: DeploymentTarget
    var check: ParameterCheck
  }

  private struct State {
    var timetables: [ScheduleID: (generation: Int64, timetable: Timetable)] = [:]
    var sources: [DeploymentID: Source] = [:]
  }

  /// The most of either kind.
  private static let most = 50_000
  private let zones: ZoneDirectory
  private let state = Mutex(State())

  init(zones: ZoneDirectory) { self.zones = zones }

  /// The timetable of a schedule.
  /// - Throws: when its zone is not known, or its rule never fires.
  func timetable(_ row: ScheduleRow) throws(InvalidValue) -> Timetable {
    if let known = state.withLock({ $0.timetables[row.id] }), known.generation == row.generation,
      known.timetable.schedule == row.spec.schedule
    {
      return known.timetable
    }
    let timetable = try Timetable(
      row.spec.schedule, in: try zones.zone(row.spec.schedule.zone))
    state.withLock {
      if $0.timetables.count >= Self.most { $0.timetables = [:] }
      $0.timetables[row.id] = (row.generation, timetable)
    }
    return timetable
  }

  /// The deployments as they are now; those are missing that are gone.
  func sources(
    of ids: Set<DeploymentID>, in store: Store
  ) async throws(StoreError) -> [DeploymentID: Source] {
    let known = state.withLock { state in
      ids.reduce(into: [DeploymentID: Source]()) { $0[$1] = state.sources[$1] }
    }
    let targets = try await store.deploymentTargets(
      ids.sorted(), known: known.mapValues(\.target))
    var sources: [DeploymentID: Source] = [:]
    for (id, target) in targets {
      if var source = known[id], source.target.version == target.version {
        source.target = target
        sources[id] = source
      } else if let check = try? ParameterCheck(target.spec) {
        sources[id] = Source(target: target, check: check)
      }
    }
    let fresh = sources
    state.withLock {
      if $0.sources.count >= Self.most { $0.sources = [:] }
      $0.sources.merge(fresh) { $1 }
    }
    return sources
  }
}

extension ScheduleCatalog.Source {
  /// The creation of the run of a tick.
  ///
  /// - Parameters:
  ///   - due: When it may start; nil for at once.
  ///   - parameters: Those of a backfill, over those of the schedule; empty for none.
  /// - Throws: what is wrong with its parameters.
  func command(
    _ id: RunID, _ tick: Placement.Tick, due: Instant?, of row: ScheduleRow,
    backfill: BackfillID? = nil, parameters: String = "", actor: String
  ) throws(ParameterFaults) -> Command {
    var own = row.spec.parameters
    if !parameters.isEmpty {
      guard let under = JSONMembers(text: own), let over = JSONMembers(text: parameters) else {
        throw ParameterFaults([InvalidValue("parameters", "is no JSON object")])
      }
      own = under.overlaid(by: over).text
    }
    let run = NewRun(
      kind: .flow, definition: target.flow, dueTime: due, parameters: own,
      tags: ["auto-scheduled"], createdBy: actor)
    let content: NewRun
    do {
      content = try target.run(
        DeploymentTarget.Request(
          run, tick: tick, backfillID: backfill, gate: backfill == nil ? .undecided : .backfill),
        check: check, "schedule")
    } catch let faults as ParameterFaults {
      throw faults
    } catch {
      throw ParameterFaults([InvalidValue("schedule", "makes no run: \(error)")])
    }
    return .report(
      Report(namespace: row.namespace, runID: id, actor: actor, item: .create(content)))
  }
}

extension CommandAnswer {
  /// Whether the run of a tick is there, or was and is not to come back.
  var isMade: Bool {
    switch result {
    case .verdict, .existing, .unchanged: true
    case .failure(.deleted), .failure(.alreadyExists): true
    case .failure, .unavailable: false
    }
  }
}
