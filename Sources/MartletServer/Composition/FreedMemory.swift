// Decides what becomes of memory that the server has freed: large blocks go back to the system at once, so that a crowd
// of large messages leaves nothing behind; small ones are kept for the next call.

internal import CMalloc

/// How the allocator treats what is freed (mallopt(3)).
///
/// By default glibc learns from each large block that is freed to keep blocks of that size in its arenas, up to 32 MiB,
/// where one small block above them holds them all: a hundred answers of 1 MiB then stay for good.
enum FreedMemory {
  /// Blocks of so many bytes and more are mapped on their own, and unmapped when freed.
  static let mapped: Int32 = 256 << 10
  /// So many free bytes at the top of an arena stay with it.
  static let top: Int32 = 4 << 20

  /// Gives back what is large. To be called before the server's threads begin; an operator's `MALLOC_*` variables that
  /// say otherwise are overruled.
  static func giveBack() {
    _ = mallopt(M_MMAP_THRESHOLD, mapped)
    _ = mallopt(M_TRIM_THRESHOLD, top)
  }
}
