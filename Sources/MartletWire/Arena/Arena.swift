// Decides where the C structs of messages live: in a bump allocator that each thread keeps and reuses. Nothing in it
// outlives the call that made it; calls nest like the stack does.

import CProtobufC
import Glibc

/// The memory of one thread for C structs, handed out in one direction and taken back all at once.
///
/// A value of this type is valid on the thread that asked for it, until the function that asked returns.
public struct Arena {
  @usableFromInline let state: UnsafeMutablePointer<ArenaState>

  /// The arena of the calling thread.
  static var current: Arena {
    if let known = pthread_getspecific(arenaKey) {
      return Arena(state: known.assumingMemoryBound(to: ArenaState.self))
    }
    let state = ArenaState.make()
    pthread_setspecific(arenaKey, state)
    return Arena(state: state)
  }

  /// A point to which the arena can be taken back.
  struct Mark {
    fileprivate let chunk: UnsafeMutablePointer<ArenaChunk>
    fileprivate let cursor: UInt
  }

  /// Remembers how much is in use.
  func mark() -> Mark { Mark(chunk: state.pointee.chunk, cursor: state.pointee.cursor) }

  /// Takes back all that was handed out since the mark; frees memory beyond the first chunk, but for one that is kept
  /// for the next large message.
  func release(to mark: Mark) {
    while state.pointee.chunk != mark.chunk, let previous = state.pointee.chunk.pointee.previous {
      state.pointee.giveUp(state.pointee.chunk)
      state.pointee.use(previous)
    }
    state.pointee.cursor = mark.cursor
  }

  /// Memory of a size in bytes, aligned for any C type, contents undefined.
  @inlinable @inline(__always)
  func allocate(_ size: Int) -> UnsafeMutableRawPointer {
    let cursor = state.pointee.cursor
    let next = cursor &+ UInt(bitPattern: (size &+ 15) & ~15)
    if next <= state.pointee.end, let pointer = UnsafeMutableRawPointer(bitPattern: cursor) {
      state.pointee.cursor = next
      return pointer
    }
    return state.pointee.allocateChunk(size)
  }

  /// Room for a number of values.
  @inlinable @inline(__always)
  func allocate<T>(_ type: T.Type, count: Int) -> UnsafeMutablePointer<T> {
    allocate(MemoryLayout<T>.stride &* count).bindMemory(to: T.self, capacity: count)
  }
}

/// A piece of memory from malloc; the memory handed out follows this head.
@usableFromInline struct ArenaChunk {
  var previous: UnsafeMutablePointer<ArenaChunk>?
  let size: Int
}

/// The state behind an `Arena`. It lives at a fixed address until its thread ends.
@usableFromInline struct ArenaState {
  /// Why protobuf-c was refused memory.
  enum Refusal: UInt8 { case none, stack, budget }

  @usableFromInline var cursor: UInt
  @usableFromInline var end: UInt
  fileprivate(set) var chunk: UnsafeMutablePointer<ArenaChunk>
  /// A large chunk that is not in use: memory that is new to the process costs more than what is written to it.
  private var spare: UnsafeMutablePointer<ArenaChunk>?
  /// How many bytes protobuf-c may still take.
  var budget = 0
  /// The address below which the stack must not grow.
  var stackFloor: UInt = 0
  /// The lowest address of this thread's stack that may be used, with a reserve for what is called from there.
  let stackEnd: UInt
  var refusal = Refusal.none
  /// What protobuf-c is given; points back here.
  var allocator = ProtobufCAllocator()

  private static let firstChunk = 64 << 10
  /// The largest chunk that a thread keeps: room for a message of 1 MiB and its bytes.
  private static let largestSpare = 2 << 20 + 4096
  private static let head = 16

  static func make() -> UnsafeMutablePointer<ArenaState> {
    let state = UnsafeMutablePointer<ArenaState>.allocate(capacity: 1)
    let chunk = makeChunk(firstChunk, previous: nil)
    state.initialize(
      to: ArenaState(cursor: 0, end: 0, chunk: chunk, stackEnd: ThreadStack.end()))
    state.pointee.use(chunk)
    state.pointee.cursor = UInt(bitPattern: chunk) + UInt(head)
    state.pointee.allocator.allocator_data = UnsafeMutableRawPointer(state)
    state.pointee.allocator.alloc = { data, size in ArenaState.allocate(data, size) }
    state.pointee.allocator.free = { _, _ in }
    return state
  }

  static func destroy(_ state: UnsafeMutablePointer<ArenaState>) {
    var next: UnsafeMutablePointer<ArenaChunk>? = state.pointee.chunk
    while let chunk = next {
      next = chunk.pointee.previous
      free(chunk)
    }
    if let spare = state.pointee.spare { free(spare) }
    state.deinitialize(count: 1)
    state.deallocate()
  }

  private static func makeChunk(_ size: Int, previous: UnsafeMutablePointer<ArenaChunk>?)
    -> UnsafeMutablePointer<ArenaChunk>
  {
    guard let memory = malloc(size) else { fatalError("out of memory") }
    let chunk = memory.bindMemory(to: ArenaChunk.self, capacity: 1)
    chunk.initialize(to: ArenaChunk(previous: previous, size: size))
    return chunk
  }

  /// Makes a chunk the current one, its end known and its cursor for the caller to set.
  fileprivate mutating func use(_ chunk: UnsafeMutablePointer<ArenaChunk>) {
    self.chunk = chunk
    end = UInt(bitPattern: chunk) + UInt(chunk.pointee.size)
  }

  /// Frees a chunk, or keeps it in the place of a smaller one.
  fileprivate mutating func giveUp(_ chunk: UnsafeMutablePointer<ArenaChunk>) {
    guard chunk.pointee.size <= Self.largestSpare,
      spare.map({ $0.pointee.size < chunk.pointee.size }) ?? true
    else { return free(chunk) }
    if let spare { free(spare) }
    spare = chunk
  }

  /// Takes a new chunk, twice the last one or as large as needed, or the one that was kept.
  @usableFromInline @inline(never)
  mutating func allocateChunk(_ size: Int) -> UnsafeMutableRawPointer {
    let needed = (size &+ 15) & ~15
    let grown = min(chunk.pointee.size * 2, 16 << 20)
    let fresh: UnsafeMutablePointer<ArenaChunk>
    if let kept = spare, kept.pointee.size >= max(grown, needed + Self.head) {
      kept.pointee.previous = chunk
      spare = nil
      fresh = kept
    } else {
      fresh = Self.makeChunk(max(grown, needed + Self.head), previous: chunk)
    }
    use(fresh)
    cursor = UInt(bitPattern: fresh) + UInt(Self.head + needed)
    return UnsafeMutableRawPointer(fresh) + Self.head
  }

  /// What protobuf-c calls. NULL makes it give up cleanly.
  private static func allocate(_ data: UnsafeMutableRawPointer?, _ size: Int)
    -> UnsafeMutableRawPointer?
  {
    guard let state = data?.assumingMemoryBound(to: ArenaState.self) else { return nil }
    // protobuf-c recurses once for each level of nesting and has no limit of its own; each level allocates.
    guard ThreadStack.here() > state.pointee.stackFloor else {
      state.pointee.refusal = .stack
      return nil
    }
    guard size <= state.pointee.budget else {
      state.pointee.refusal = .budget
      return nil
    }
    state.pointee.budget &-= size
    return Arena(state: state).allocate(size)
  }
}

/// The key under which each thread keeps its arena; the thread's end frees it.
private let arenaKey: pthread_key_t = {
  var key = pthread_key_t()
  let code = pthread_key_create(&key) { state in
    if let state { ArenaState.destroy(state.assumingMemoryBound(to: ArenaState.self)) }
  }
  precondition(code == 0, "no pthread key is left")
  return key
}()
