// Decides whether a newcomer gets slots at once: when all are free and nobody stands in line for any of them.

/// What a request for slots comes to before it waits.
public enum LimitAdmission: Sendable, Hashable {
  /// The slots are taken.
  case granted([SlotHold])
  /// The first of the wanted limits that has no room, or a line; with the time when there will be room, if nothing
  /// but time must pass.
  case full(LimitID, until: Instant?)
  /// The limit has fewer slots than were asked for: that will never do.
  case tooMany(LimitID, slots: Int32)

  /// Decides a request.
  ///
  /// - Parameters:
  ///   - wants: each limit once; all are granted or none.
  ///   - limits: every wanted limit.
  ///   - lines: how many stand in line for a limit who can ever be served.
  public static func decide(
    _ wants: [SlotWant], limits: [LimitID: LimitOccupancy], lines: [LimitID: Int], now: Instant
  ) -> LimitAdmission {
    var obstacle: LimitAdmission?
    for want in wants {
      guard let limit = limits[want.limit] else { return .full(want.limit, until: nil) }
      switch limit.room(for: want.slots, at: now) {
      case .tooMany: return .tooMany(limit.id, slots: limit.slots)
      case .closed: obstacle = obstacle ?? .full(limit.id, until: nil)
      case .full(let until): obstacle = obstacle ?? .full(limit.id, until: until)
      case .free:
        if limit.isEnabled, lines[limit.id, default: 0] > 0 {
          obstacle = obstacle ?? .full(limit.id, until: nil)
        }
      }
    }
    if let obstacle { return obstacle }
    return .granted(
      wants.map { want in
        // Every limit was found above.
        var limit = limits[want.limit] ?? LimitOccupancy(id: want.limit, slots: 0)
        return limit.take(want.slots, at: now)
      })
  }
}
