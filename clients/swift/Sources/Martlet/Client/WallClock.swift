// Decides what time it is here: this machine's clock, which the server keeps beside its own.

internal import Glibc
internal import MartletWire

extension Timestamp {
  /// This machine's clock.
  static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec), nanos: Int32(time.tv_nsec))
  }
}
