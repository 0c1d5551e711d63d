// Decides how the place of a fault in a message is written: `reports[3].runId`, `labels["team"]`.

/// The way from the message to where a reader or writer is now. Lives in the arena.
struct JSONPath {
  enum Step {
    case field(UnsafeBufferPointer<UInt8>)
    case index(Int)
    case key(UnsafeBufferPointer<UInt8>)
  }

  private let steps: UnsafeMutablePointer<Step>
  private let capacity: Int
  private var count = 0

  /// A path for messages of a depth. Each level takes two steps at most: a field, and an index or key.
  init(depth: Int, in arena: Arena) {
    capacity = 2 &* max(depth, 0) &+ 4
    steps = arena.allocate(Step.self, count: capacity)
  }

  /// Descends; deeper than the limit of depth nothing is added.
  @inline(__always)
  mutating func push(_ step: Step) {
    if count < capacity { (steps + count).initialize(to: step) }
    count &+= 1
  }

  /// Ascends.
  @inline(__always)
  mutating func pop() { count &-= 1 }

  /// The path as text.
  var text: String {
    var text = ""
    for index in 0..<min(count, capacity) {
      switch steps[index] {
      case .field(let name):
        if !text.isEmpty { text += "." }
        text += String(decoding: name, as: UTF8.self)
      case .index(let index): text += "[\(index)]"
      case .key(let key): text += "[\"\(String(decoding: key, as: UTF8.self))\"]"
      }
    }
    return text
  }
}
