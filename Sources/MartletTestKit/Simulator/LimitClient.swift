// Decides what a simulated client of limits does: asks, asks again until it is served, holds, renews, gives back, or dies.

import MartletModel

/// A program that uses slots, one lease after another.
final class LimitClient {
  private let index: Int
  private unowned let world: LimitWorld
  private var id = LeaseID(high: 0, low: 0)
  private var wants: [SlotWant] = []
  private var ttl = Interval.seconds(5)
  private var waits = true
  private var isHolding = false
  private var end = Instant.epoch

  init(_ index: Int, in world: LimitWorld) {
    self.index = index
    self.world = world
  }

  /// Wants other slots, after a while.
  private func rest() {
    isHolding = false
    world.agenda.after(world.delay(0, 3000)) { self.ask() }
  }

  /// Begins a request.
  func ask() {
    guard !world.isCalm else { return }
    id = LeaseID.v7(now: world.agenda.now, random: (world.random.next(), world.random.next()))
    let count = Int.random(in: 1...2, using: &world.random)
    let limits = world.tables.limits.keys.sorted().shuffled(using: &world.random).prefix(count)
    wants = limits.sorted().map {
      SlotWant($0, slots: Int32.random(in: 1...3, using: &world.random))
    }
    ttl = world.delay(2000, 8000)
    waits = world.random.chance(0.9)
    put(id)
  }

  /// Puts the request, again and again.
  private func put(_ asked: LeaseID) {
    guard asked == id, !isHolding else { return }
    // It dies in line, or goes away.
    if !world.isCalm, world.random.chance(0.02) { return rest() }
    world.anyServer()?.acquire(asked, wants, ttl: ttl, waits: waits) { [self] answer in
      guard asked == id, !isHolding else { return }
      switch answer {
      case .granted: hold(asked)
      case .waits: break
      case .ended: rest()
      }
    }
    world.agenda.after(world.delay(300, 3000)) { self.put(asked) }
  }

  private func hold(_ held: LeaseID) {
    isHolding = true
    // Some die with their slots.
    if world.random.chance(0.15) { return rest() }
    end = world.agenda.now + world.delay(50, 9000)
    goOn(held)
  }

  private func goOn(_ held: LeaseID) {
    guard held == id else { return }
    guard world.agenda.now < end, !world.isCalm else { return giveBack(held) }
    world.agenda.after(world.delay(500, 1500)) { [self] in
      guard held == id else { return }
      world.anyServer()?.renew(held) { [self] isHeld in
        // What was lost is not to be used any more.
        if held == id, !isHeld { end = .epoch }
      }
      goOn(held)
    }
  }

  private func giveBack(_ held: LeaseID) {
    world.anyServer()?.release(held) { [self] in if held == id { rest() } }
    world.agenda.after(world.delay(500, 1500)) { [self] in
      if held == id, isHolding { giveBack(held) }
    }
  }
}
