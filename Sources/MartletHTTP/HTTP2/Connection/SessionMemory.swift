// Decides where nghttp2's memory lies: what an idle session never touches lies apart from what it does, so that it
// takes none of the machine's memory until it is used. In malloc's heap the two share pages.

import CNGHTTP2
import Glibc

/// The memory of nghttp2 sessions.
///
/// A session allocates, whether or not it will need them, two rings of HPACK entries (1 KiB each), a table of streams
/// (4 KiB) and a buffer for frames (16 KiB). Blocks of these sizes come from pools; everything else is malloc's.
enum SessionMemory {
  private static let rings = BlockPool(blockSize: 1024)
  private static let tables = BlockPool(blockSize: 4096)
  private static let frames = BlockPool(blockSize: 5 * 4096)

  /// What nghttp2 allocates with.
  static var functions: nghttp2_mem {
    nghttp2_mem(
      mem_user_data: nil,
      malloc: { size, _ in SessionMemory.allocate(size) },
      free: { block, _ in SessionMemory.release(block) },
      calloc: { count, size, _ in SessionMemory.allocateZeroed(count, size) },
      realloc: { block, size, _ in SessionMemory.resize(block, size) })
  }

  static func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
    pool(size)?.take()?.start ?? malloc(size)
  }

  static func allocateZeroed(_ count: Int, _ size: Int) -> UnsafeMutableRawPointer? {
    let (total, overflows) = count.multipliedReportingOverflow(by: size)
    if overflows { return nil }
    guard let block = pool(total)?.take() else { return calloc(count, size) }
    // A fresh block is zero already, and stays untouched.
    if !block.isFresh { memset(block.start, 0, total) }
    return block.start
  }

  static func resize(_ block: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
    guard let block else { return allocate(size) }
    guard let owner = owner(block) else { return realloc(block, size) }
    if size <= owner.blockSize { return block }
    guard let larger = allocate(size) else { return nil }
    memcpy(larger, block, owner.blockSize)
    owner.giveBack(block)
    return larger
  }

  static func release(_ block: UnsafeMutableRawPointer?) {
    guard let block else { return }
    if let owner = owner(block) { owner.giveBack(block) } else { free(block) }
  }

  private static func pool(_ size: Int) -> BlockPool? {
    switch size {
    case 1024: rings
    case 4096: tables
    // Its default chunk and what goes around it (`NGHTTP2_FRAMEBUF_CHUNKLEN`).
    case 16_384...frames.blockSize: frames
    default: nil
    }
  }

  private static func owner(_ block: UnsafeMutableRawPointer) -> BlockPool? {
    if frames.contains(block) { return frames }
    if tables.contains(block) { return tables }
    return rings.contains(block) ? rings : nil
  }
}
