// Decides how a run returns something: a short result is recorded with its end, a longer one is stored and recorded by its
// address.

public import MartletProto
public import MartletWire

extension TrackedRun {
  // What a state takes, less room for what is around it.
  private static let longestResult = 250 << 10

  /// Says what the run returns, of any length; recorded with COMPLETED. What is too long for that is stored now.
  ///
  /// - Throws: `Status` when a long one cannot be stored.
  public func storeResult(_ result: JSONValue) async throws {
    let text = try result.jsonText()
    guard text.utf8.count > Self.longestResult else { return setResult(result) }
    setResult(
      payload: try await reporting.client.putResult(
        Array(text.utf8), mediaType: "application/json", of: id,
        in: reporting.environment.namespace))
  }

  /// Says by reference what the run returns: for bytes that `putResult` stored, or a value that is kept elsewhere.
  public func setResult(payload: Payload) { keep(payload) }

  /// What the run returns: recorded with COMPLETED; at most 256 KiB as JSON.
  public func setResult(_ result: JSONValue) {
    keep(Payload(mediaType: "application/json", body: .json(result)))
  }
}
