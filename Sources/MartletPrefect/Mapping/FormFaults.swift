// Decides how what is wrong with the values of a form is told: below the names and places at which it stands.

internal import MartletModel

/// What is wrong with the values of a form.
struct FormFaults {
  /// One step to a value.
  private enum Step: Equatable {
    case property(String)
    case index(Int)
  }

  private final class Place {
    var messages: [String] = []
    var below: [(step: Step, place: Place)] = []
    func at(_ step: Step) -> Place {
      if let known = below.first(where: { $0.step == step }) { return known.place }
      below.append((step, Place()))
      return below[below.count - 1].place
    }
    var json: JSON {
      .array(
        messages.map { .text($0) }
          + below.map { step, place in
            switch step {
            case .property(let name): .object([("property", .text(name)), ("errors", place.json)])
            case .index(let index): .object([("index", .integer(index)), ("errors", place.json)])
            }
          })
    }
  }

  private var faults: [(path: [String], message: String)] = []
  private var ignored: Set<[String]> = []

  /// Notes a fault at a place.
  mutating func add(_ message: String, at path: [String]) { faults.append((path, message)) }

  /// What is wrong at or below a place otherwise is not told.
  mutating func ignore(_ path: [String]) { ignored.insert(path) }

  /// Notes what a schema demands.
  mutating func add(_ violation: SchemaViolation) {
    let path: [String] = violation.pointer.split(
      separator: "/", omittingEmptySubsequences: false
    ).dropFirst().map { String($0).replacing("~1", with: "/").replacing("~0", with: "~") }
    guard !(0...path.count).contains(where: { ignored.contains(Array(path.prefix($0))) }) else {
      return
    }
    faults.append((path, violation.problem))
  }

  /// As Prefect's pages read it.
  var json: JSON {
    let root = Place()
    for (path, message) in faults {
      var place = root
      for part in path { place = place.at(Int(part).map { .index($0) } ?? .property(part)) }
      place.messages.append(message)
    }
    return .object([("errors", root.json), ("valid", .bool(faults.isEmpty))])
  }
}
