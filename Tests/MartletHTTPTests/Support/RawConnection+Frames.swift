// Decides how a test waits for HTTP/2 frames.

extension RawConnection {
  /// All frames until `enough` says so, or the peer closes.
  func frames(
    until enough: @escaping @Sendable ([RawFrames.Frame]) -> Bool
  ) async -> [RawFrames.Frame] {
    RawFrames.parse(await read { bytes, ended in ended || enough(RawFrames.parse(bytes)) })
  }

  /// All frames until the peer closes.
  func framesToEnd() async -> [RawFrames.Frame] { RawFrames.parse(await readToEnd()) }
}
