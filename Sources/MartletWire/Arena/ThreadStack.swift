// Decides how far the stack of a thread may be used.

import CProtobufC
import Glibc

/// The stack of the calling thread.
enum ThreadStack {
  /// Left for what is called from the deepest allowed frame: signal handlers, libc.
  private static let reserve: UInt = 64 << 10

  /// The lowest address that may be used; 0 when it cannot be known.
  static func end() -> UInt {
    var attributes = pthread_attr_t()
    guard pthread_getattr_np(pthread_self(), &attributes) == 0 else { return 0 }
    defer { pthread_attr_destroy(&attributes) }
    var low: UnsafeMutableRawPointer?
    var size = 0
    guard pthread_attr_getstack(&attributes, &low, &size) == 0, let low else { return 0 }
    return UInt(bitPattern: low) + reserve
  }

  /// An address in the current frame.
  @inline(__always)
  static func here() -> UInt { UInt(martlet_frame_address()) }
}
