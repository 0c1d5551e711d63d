// Decides how reports survive while the server is away: one file for each reporter, appended to and locked for as long
// as its process lives, so that another process sends only what the dead have left. A report is handed to the kernel
// before it counts as spooled, so the death of the process loses none; the disk is waited for once a second and at the
// end, so a power cut may cost the last second.

internal import Glibc
internal import MartletProto
internal import MartletWire

/// The file of a reporter: reports go in at the end and come out at the front.
final class Spool {
  private let directory: String
  private let name: String
  private let namespace: String
  private let session: Session?

  private var file: Int32 = -1
  private var path = ""
  private var end = 0
  private var reader: SpoolReader?
  private var loaded: [RunReport] = []
  private var syncedAt = ContinuousClock.now
  private var isDirty = false
  /// Reports that were appended and not taken out.
  private(set) var unread = 0

  /// Names the spool of a session; nothing is touched until something is written.
  init(directory: String, name: String, namespace: String, session: Session?) {
    self.directory = directory
    self.name = name
    self.namespace = namespace
    self.session = session
  }

  deinit { if file >= 0 { close(file) } }

  /// Whether there is a file.
  var exists: Bool { file >= 0 }

  /// Adds reports in order.
  ///
  /// - Parameter isRead: whether they stay in memory too and are not to come out again.
  /// - Returns: false when the disk takes none; nothing has changed then.
  func append(_ reports: [RunReport], isRead: Bool = false) -> Bool {
    guard !reports.isEmpty else { return true }
    guard file >= 0 || create() else { return false }
    let bytes = SpoolRecord.encode(reports, namespace: namespace, session: session)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        pwrite(file, $0.baseAddress! + written, $0.count - written, end + written)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        _ = ftruncate(file, end)
        return false
      }
      written += count
    }
    end += bytes.count
    if isRead { reader?.skip(to: end) } else { unread += reports.count }
    isDirty = true
    if ContinuousClock.now > syncedAt + .seconds(1) { sync() }
    return true
  }

  /// The next reports that were not taken out, in order: at most so many, and fewer only when there are no more.
  func take(_ count: Int) -> [RunReport] {
    while loaded.count < count, let request = reader?.next() { loaded += request.reports }
    let taken = Array(loaded.prefix(count))
    loaded.removeFirst(taken.count)
    // A file that somebody has damaged holds less than was written.
    unread = taken.count < count ? 0 : max(0, unread - taken.count)
    return taken
  }

  /// Waits until everything is on the disk.
  func sync() {
    guard file >= 0, isDirty else { return }
    fdatasync(file)
    syncedAt = .now
    isDirty = false
  }

  /// Deletes the file: everything in it is answered.
  func remove() {
    guard file >= 0 else { return }
    unlink(path)
    close(file)
    file = -1
    end = 0
    unread = 0
    reader = nil
    loaded = []
  }

  private func create() -> Bool {
    Self.makeDirectories(directory)
    for attempt in 0..<100 {
      path = "\(directory)/\(name)\(attempt == 0 ? "" : ".\(attempt)").spool"
      let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
      guard file >= 0 else { return false }
      // Somebody who looks for what the dead have left may have locked or removed it since.
      if Self.lock(file), Self.size(of: file) == 0 {
        self.file = file
        reader = SpoolReader(file)
        return true
      }
      close(file)
    }
    return false
  }

  // MARK: The spools of others

  /// Locks an open file, unless somebody has it or has deleted it.
  static func lock(_ file: Int32) -> Bool {
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else { return false }
    var status = stat()
    return fstat(file, &status) == 0 && status.st_nlink > 0
  }

  private static func size(of file: Int32) -> Int {
    var status = stat()
    return fstat(file, &status) == 0 ? Int(status.st_size) : -1
  }

  /// The spool files of a directory.
  static func files(in directory: String) -> [String] {
    guard let handle = opendir(directory) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".spool") { names.append("\(directory)/\(name)") }
    }
    return names.sorted()
  }

  private static func makeDirectories(_ path: String) {
    var current = ""
    for part in path.split(separator: "/", omittingEmptySubsequences: true) {
      current += (path.hasPrefix("/") || !current.isEmpty ? "/" : "") + part
      _ = mkdir(current, 0o700)
    }
  }
}
