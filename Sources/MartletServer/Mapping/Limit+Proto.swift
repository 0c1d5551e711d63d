// Decides how limits and leases of their slots cross the contract.

internal import MartletModel
internal import MartletProto
internal import MartletStore

extension MartletModel.LimitScope {
  /// A scope of the contract; nil when it is unspecified.
  init?(_ scope: MartletProto.LimitScope, _ field: String) throws(InvalidValue) {
    if scope == .unspecified { return nil }
    guard let known = Self(rawValue: Int16(clamping: scope.rawValue)) else {
      throw InvalidValue(field, "is \(scope.rawValue), which this server does not know")
    }
    self = known
  }
}

extension LimitReference {
  /// A reference of a request, which must be given.
  init(
    required text: String, _ scope: MartletProto.LimitScope, _ field: String = "ref"
  ) throws(InvalidValue) {
    guard !text.isEmpty else { throw InvalidValue(field, "is required: an id or a name") }
    self.init(text, scope: try MartletModel.LimitScope(scope, "scope") ?? .global)
  }
}

extension MartletProto.LimitScope {
  /// A scope as it is stored.
  init(_ scope: MartletModel.LimitScope) { self.init(rawValue: Int32(scope.rawValue)) }
}

extension SlotNeed {
  /// What a run asks for; its bounds are checked with the run.
  init(_ limit: RunLimit, _ field: String) throws(InvalidValue) {
    let strategy: MartletModel.CollisionStrategy
    switch limit.collisionStrategy {
    case .unspecified, .enqueue: strategy = .enqueue
    case .cancelNew: strategy = .cancelNew
    case .unrecognized(let number):
      throw InvalidValue(
        "\(field).collision_strategy", "is \(number), which this server does not know")
    }
    let scope = try MartletModel.LimitScope(limit.scope, "\(field).scope") ?? .global
    guard !scope.isOfWork else {
      throw InvalidValue(
        "\(field).scope", "is \(scope), whose slots runs of deployments take by themselves")
    }
    self.init(
      scope, limit.name,
      slots: limit.slots == 0 ? 1 : limit.slots, strategy: strategy)
  }

  /// The need as the contract writes it.
  var proto: RunLimit {
    var limit = RunLimit()
    limit.name = name
    limit.scope = .init(scope)
    limit.slots = slots
    limit.collisionStrategy = strategy == .enqueue ? .enqueue : .cancelNew
    return limit
  }
}

extension LinePlace {
  /// Where a run stands.
  init(_ line: SlotLine) {
    self.init()
    limit = line.name
    scope = .init(line.scope)
    place = Int32(clamping: line.place)
    slots = line.slots
    slotsTaken = Int32(clamping: line.taken)
  }
}

extension MartletProto.Limit {
  /// A limit as it is stored.
  init(_ limit: SlotLimit) {
    self.init()
    id = limit.id.description
    namespace = limit.namespace.name
    name = limit.name
    scope = .init(limit.scope)
    slots = limit.slots
    slotDecayPerSecond = limit.decay
    disabled = !limit.isEnabled
    description = limit.description
    slotsTaken = Int32(clamping: limit.taken)
    holders = Int32(clamping: limit.holders)
    waiters = Int32(clamping: limit.waiters)
    createTime = limit.createTime.timestamp
    updateTime = limit.updateTime.timestamp
    etag = "\(limit.etag)"
    createdBy = limit.createdBy
  }
}

extension MartletProto.Lease {
  /// A lease as it is stored, with the names of its limits.
  init(_ lease: SlotLease, names: [LimitID: LimitReference]) {
    self.init()
    id = lease.id.description
    namespace = lease.namespace.name
    state = LeaseState(rawValue: Int32(lease.state.rawValue))
    mode = LeaseMode(rawValue: Int32(lease.mode.rawValue))
    holds = lease.holds.map { held in
      var hold = Hold()
      hold.limitID = held.limit.description
      if case .named(let scope, let name)? = names[held.limit] {
        hold.scope = .init(scope)
        hold.name = name
      }
      hold.slots = held.slots
      hold.returnTime = held.returnTime?.timestamp
      return hold
    }
    var owner = LeaseHolder()
    owner.name = lease.holder.name
    owner.runID = lease.holder.runID?.description ?? ""
    owner.sessionID = lease.holder.sessionID?.description ?? ""
    holder = owner
    actor = lease.actor
    ttl = lease.ttl.duration
    createTime = lease.createTime.timestamp
    grantTime = lease.grantTime?.timestamp
    expireTime = lease.expireTime?.timestamp
    endTime = lease.endTime?.timestamp
    place = Int32(clamping: lease.place)
  }
}

extension SlotHolder {
  /// A holder of a request.
  init(_ holder: LeaseHolder?) throws(InvalidValue) {
    self.init(
      holder?.name ?? "", runID: try RunID(optional: holder?.runID ?? "", "holder.run_id"),
      sessionID: try SessionID(optional: holder?.sessionID ?? "", "holder.session_id"))
  }
}
