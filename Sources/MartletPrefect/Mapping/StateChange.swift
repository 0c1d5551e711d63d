// Decides what Prefect's events tell of the change of a run's state.

internal import MartletModel
internal import MartletProto
internal import MartletWire

/// A change of state, as an event of Martlet's tells it.
struct StateChange {
  private let from: JSON?
  private let to: JSON
  private let message: JSON?

  /// Reads an event; nil for one of something else.
  init?(_ event: MartletProto.Event) {
    guard event.name.hasPrefix("martlet."), let to = event.payload?["to"]?.plain else { return nil }
    self.to = to
    from = event.payload?["from"]?.plain
    message = event.payload?["message"]?.plain
  }

  /// What the event of Prefect's holds.
  var payload: JSON {
    var validated = [("type", to["type"]), ("name", to["name"])]
    if let message { validated.append(("message", message)) }
    return .object([
      ("intended", .object([("from", from?["type"] ?? .null), ("to", to["type"] ?? .null)])),
      (
        "initial_state",
        from.map { .object([("type", $0["type"]), ("name", $0["name"])]) } ?? .null
      ),
      ("validated_state", .object(validated)),
    ])
  }
}
