// Decides which certificate a new connection is shown: that of the files as they are now. Files that changed and
// cannot be used leave the last good ones in place, and that is logged.

import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOSSL

/// The certificate of a listener, renewed when its files change.
final class ServerTLS: Sendable {
  private struct State {
    var context: NIOSSLContext
    var stamps: [FileStamp?]
    /// Files that were looked at since and could not be used.
    var refused: [FileStamp?]?
    var timer: RepeatedTask?
  }

  private let files: ServerTLSFiles
  private let logger: Logger
  private let state: NIOLockedValueBox<State>

  /// Reads the files.
  init(_ files: ServerTLSFiles, logger: Logger) throws(TLSFileError) {
    self.files = files
    self.logger = logger
    let stamps = files.paths.map { FileStamp($0) }
    state = NIOLockedValueBox(State(context: try TLSContexts.server(files), stamps: stamps))
  }

  /// What the next connection is made with.
  var context: NIOSSLContext { state.withLockedValue { $0.context } }

  /// Whether clients must show a certificate.
  var asksForCertificate: Bool { files.clientAuthorities != nil }

  /// Looks at the files now and then.
  func watch(on loop: any EventLoop, every interval: Duration) {
    let timer = loop.scheduleRepeatedTask(
      initialDelay: TimeAmount(interval), delay: TimeAmount(interval)
    ) { [weak self] _ in self?.reloadIfChanged() }
    state.withLockedValue { $0.timer = timer }
  }

  func stopWatching() {
    state.withLockedValue { state in
      defer { state.timer = nil }
      return state.timer
    }?.cancel()
  }

  /// Reads the files again if one of them is another.
  func reloadIfChanged() {
    let stamps = files.paths.map { FileStamp($0) }
    guard stamps != state.withLockedValue({ $0.stamps }) else { return }
    do throws(TLSFileError) {
      let context = try TLSContexts.server(files)
      state.withLockedValue {
        $0.context = context
        $0.stamps = stamps
        $0.refused = nil
      }
      logger.notice("the certificate was renewed from \(files.certificate)")
    } catch {
      // They are looked at again, for a file may be half written, and complained of once.
      let isNew = state.withLockedValue { state in
        defer { state.refused = stamps }
        return state.refused != stamps
      }
      if isNew { logger.error("the certificate was not renewed: \(error)") }
    }
  }
}
