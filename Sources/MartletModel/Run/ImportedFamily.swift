// Decides what is above runs that come in together: their outermost runs, and that none of them encloses itself.

/// New runs that come in together, with what is known of those above them.
public struct ImportedFamily: Sendable {
  /// The runs, in the order in which they were added; after `settle`, those that can come in, with their roots.
  public private(set) var runs: [ImportedRun] = []
  /// The next run above each that may be one of them.
  private var above: [RunID: RunID] = [:]
  private var places: [RunID: Int] = [:]

  /// Whether somebody above one of them is neither there nor one of them.
  public var isLoose: Bool { above.values.contains { places[$0] == nil } }

  /// A family of none.
  public init() {}

  /// Adds a run that is not there yet.
  ///
  /// - Parameters:
  ///   - root: The outermost run of its enclosing run, if that is there.
  ///   - missing: The first run above it that is not there; nil when all are.
  public mutating func add(_ run: ImportedRun, root: RunID?, missing: RunID?) {
    var run = run
    if let root {
      run.snapshot.rootID = root
      run.knowsRoot = true
    }
    places[run.id] = runs.count
    above[run.id] = missing
    runs.append(run)
  }

  /// Finds the roots that nobody said, and takes out the runs that would enclose themselves.
  ///
  /// - Returns: The runs that were taken out, with those below them.
  public mutating func settle() -> Set<RunID> {
    var good: Set<RunID> = []
    var circular: Set<RunID> = []
    for run in runs {
      var path: Set<RunID> = []
      var next: RunID? = run.id
      while let id = next, places[id] != nil, !good.contains(id), !circular.contains(id),
        path.insert(id).inserted
      {
        next = above[id]
      }
      if let next, path.contains(next) || circular.contains(next) {
        circular.formUnion(path)
      } else {
        good.formUnion(path)
      }
    }
    runs.removeAll { circular.contains($0.id) }
    places = Dictionary(uniqueKeysWithValues: zip(runs.map(\.id), runs.indices))
    for index in runs.indices { findRoot(of: index) }
    return circular
  }

  private mutating func findRoot(of index: Int) {
    var path: [Int] = []
    var next = index
    while !runs[next].knowsRoot {
      path.append(next)
      guard let parent = runs[next].content.parentID, let place = places[parent] else { break }
      next = place
    }
    for place in path {
      runs[place].snapshot.rootID = runs[next].snapshot.rootID
      runs[place].knowsRoot = true
    }
  }
}
