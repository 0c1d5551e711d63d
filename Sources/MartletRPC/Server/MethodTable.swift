// Decides how a path finds its method: a hash table frozen at the start, probed with the bytes of the path,
// so that a lookup allocates nothing and text that merely looks alike finds nothing.

import Glibc
public import MartletCall

/// A method as the server serves it.
public final class RegisteredMethod: Sendable {
  /// Its number, from zero; for tables with a row for each method.
  public let index: Int
  /// What is known of it.
  public let descriptor: MethodDescriptor
  let implementation: MethodHandler.Implementation
  let path: [UInt8]
  /// Whether its last response was large, so that the next one is better encoded off the loop.
  let respondsLarge = Flag()

  init(index: Int, handler: MethodHandler) {
    self.index = index
    descriptor = handler.descriptor
    implementation = handler.implementation
    path = Array(handler.descriptor.path.utf8)
  }
}

/// The methods of a server by path.
struct MethodTable: Sendable {
  let methods: [RegisteredMethod]
  let services: Set<String>
  private let slots: [RegisteredMethod?]
  private let seed: UInt64

  /// Freezes the methods of services. A path served twice keeps its first handler.
  init(_ services: [any RPCService]) {
    var methods: [RegisteredMethod] = []
    var paths: Set<String> = []
    for service in services {
      for handler in service.methodHandlers where paths.insert(handler.descriptor.path).inserted {
        methods.append(RegisteredMethod(index: methods.count, handler: handler))
      }
    }
    self.methods = methods
    self.services = Set(methods.map(\.descriptor.service))
    (slots, seed) = Self.freeze(methods)
  }

  /// Places the methods; tries seeds until few share a slot, so that most lookups compare once.
  private static func freeze(_ methods: [RegisteredMethod]) -> ([RegisteredMethod?], UInt64) {
    var capacity = 8
    while capacity < methods.count * 4 { capacity *= 2 }
    var best: (slots: [RegisteredMethod?], seed: UInt64, collisions: Int)?
    for seed in 1...64 as ClosedRange<UInt64> {
      var slots = [RegisteredMethod?](repeating: nil, count: capacity)
      var collisions = 0
      for method in methods {
        var slot = method.path.withUnsafeBufferPointer { hash($0, seed: seed) } & (capacity - 1)
        while slots[slot] != nil {
          collisions += 1
          slot = (slot + 1) & (capacity - 1)
        }
        slots[slot] = method
      }
      if collisions < best?.collisions ?? .max { best = (slots, seed, collisions) }
      if collisions == 0 { break }
    }
    return (best?.slots ?? [], best?.seed ?? 1)
  }

  /// The method of a path, if there is one.
  func find(_ path: UnsafeBufferPointer<UInt8>) -> RegisteredMethod? {
    var slot = Self.hash(path, seed: seed) & (slots.count - 1)
    while let method = slots[slot] {
      if method.path.count == path.count, let base = path.baseAddress,
        method.path.withUnsafeBufferPointer({ memcmp($0.baseAddress!, base, path.count) == 0 })
      {
        return method
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Eight bytes a step; never negative.
  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt64) -> Int {
    let raw = UnsafeRawBufferPointer(bytes)
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    var at = 0
    while at < raw.count {
      var word: UInt64 = 0
      if at + 8 <= raw.count {
        word = raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      } else {
        for index in at..<raw.count { word = word << 8 | UInt64(raw[index]) }
      }
      state = (state ^ word) &* 0xFF51_AFD7_ED55_8CCD
      state ^= state >> 32
      at += 8
    }
    return Int(truncatingIfNeeded: state >> 1)
  }
}
