// Decides what of a Prefect state Martlet has no place for, and keeps with the state as an annotation: its id, its
// details, its data.

internal import MartletModel
internal import MartletProto
internal import MartletWire

/// What is kept with a state for Prefect's sake.
struct StateNote: Equatable, Sendable {
  private static let key = "prefect"

  /// The id that Prefect's client gave the state; nil for one that the server made.
  var id: UUIDValue?
  /// Its details, without what is nothing.
  var details: JSON?
  /// Its data: where the result is.
  var data: JSON?

  /// Makes a note.
  init(id: UUIDValue? = nil, details: Shape.StateDetails? = nil, data: JSON? = nil) {
    self.id = id
    // What says no more than that nothing was kept is not kept either.
    self.data = data == .object([("type", .text("unpersisted"))]) ? nil : data
    // Without what every state has.
    let usual = Shape.StateDetails().members
    let own = (details ?? Shape.StateDetails()).members.pairs.filter { name, value in
      value != .null && value != usual[JSONText(name)]
    }
    if !own.isEmpty { self.details = .object(own) }
  }

  /// Reads the note of a state; an empty one when there is none.
  init(_ state: MartletProto.State) {
    guard case .object(let note)? = state.annotations?[Self.key] else { return }
    if case .string(let text)? = note["id"] { id = UUIDValue(text: text) }
    details = note["details"]?.plain
    data = note["data"]?.plain
  }

  /// The note as annotations; nil for an empty one.
  var annotations: JSONObject? {
    let members = JSONMembers([("id", id?.json), ("details", details), ("data", data)])
    return members.count == 0 ? nil : [Self.key: .object(JSONObject(members))]
  }

  /// The details as Prefect reads them; what cannot be read is nothing.
  var stateDetails: Shape.StateDetails {
    let empty = Shape.StateDetails()
    guard let details else { return empty }
    return (try? Shape.StateDetails(details, at: [])) ?? empty
  }
}
