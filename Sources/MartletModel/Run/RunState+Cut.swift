// Decides what is kept of texts that are too long: the end of a run must not be lost over them.

extension RunState {
  /// The state with its message and its error's text and traceback cut to what is kept of them.
  public func cut() -> RunState {
    var kept = self
    kept.message = message.beginning(RunLimits.message)
    switch detail {
    case .failed(var failed):
      failed.errorMessage = failed.errorMessage.beginning(RunLimits.errorMessage)
      failed.traceback = failed.traceback.ending(RunLimits.traceback)
      kept.detail = .failed(failed)
    case .crashed(var crashed):
      crashed.note = crashed.note.beginning(RunLimits.message)
      kept.detail = .crashed(crashed)
    case .scheduled, .pending, .running, .paused, .cancelling, .completed, .cancelled: break
    }
    return kept
  }
}

extension String {
  /// So many bytes of the beginning at most, in whole characters, and a mark where the rest was.
  fileprivate func beginning(_ limit: Int) -> String {
    guard utf8.count > limit else { return self }
    let mark = " … (cut)"
    var end = utf8.index(startIndex, offsetBy: limit - mark.utf8.count)
    while end > startIndex, utf8[end].continuesCharacter { end = utf8.index(before: end) }
    return String(self[..<end]) + mark
  }

  /// So many bytes of the end at most: that is where a traceback says what happened.
  fileprivate func ending(_ limit: Int) -> String {
    guard utf8.count > limit else { return self }
    let mark = "(cut) … "
    var start = utf8.index(endIndex, offsetBy: mark.utf8.count - limit)
    while start < endIndex, utf8[start].continuesCharacter { start = utf8.index(after: start) }
    return mark + String(self[start...])
  }
}

extension UInt8 {
  /// Whether it is a later byte of a character in UTF-8.
  fileprivate var continuesCharacter: Bool { self & 0xC0 == 0x80 }
}
