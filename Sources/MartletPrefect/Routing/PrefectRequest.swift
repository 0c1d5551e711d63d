// Decides what an endpoint sees of a request and how it answers.

internal import MartletCall
internal import MartletModel

/// A request to one operation.
struct PrefectRequest: Sendable {
  /// What is asked for.
  let operation: Operation
  /// The parts of the path that are values, by name.
  let parameters: [String: String]
  /// The parameters behind the question mark; of several of one name the last.
  let query: [String: String]
  /// The body; null when there was none.
  let body: JSON
  /// Who asks, and until when.
  let context: CallContext

  /// The body as a shape.
  func body<T: ShapeValue>(as type: T.Type = T.self) throws(ShapeFault) -> T {
    try T(body, at: ["body"])
  }

  /// A value of the path that is an id. To Prefect a path without one is none of its paths.
  func id(_ name: String = "id") throws(PrefectFailure) -> UUIDValue {
    guard let id = UUIDValue(anyForm: parameters[name] ?? "") else {
      throw PrefectFailure(404, "Not Found")
    }
    return id
  }
}

/// What is answered.
struct PrefectResponse: Sendable {
  /// The status.
  var status = 200
  /// The body; nil for none.
  var body: JSON?
  /// A plain text instead of it.
  var text: String?
  /// What is given away as a file instead of a body.
  var file: File?

  /// A file.
  struct File: Sendable {
    /// Its media type.
    var type: String
    /// Its name.
    var name: String
    /// What is in it.
    var text: String
  }

  /// 200 with a body.
  static func ok(_ value: some ShapeValue) -> PrefectResponse { PrefectResponse(body: value.json) }

  /// 201 for what is new, 200 for what was there.
  static func created(_ value: some ShapeValue, isNew: Bool = true) -> PrefectResponse {
    PrefectResponse(status: isNew ? 201 : 200, body: value.json)
  }

  /// Done; there is nothing to say.
  static let done = PrefectResponse(status: 204)
}

/// An answer that is an error.
struct PrefectFailure: Error {
  /// The status.
  var status: Int
  /// The body.
  var body: JSON
  /// When it is worth trying again.
  var retryAfter: Duration?

  /// An error with a sentence, as Prefect tells nearly all.
  init(_ status: Int, _ detail: String, retryAfter: Duration? = nil) {
    self.status = status
    body = .object([("detail", .text(detail))])
    self.retryAfter = retryAfter
  }

  /// A request that is not of the shape that it should have.
  init(_ fault: ShapeFault, in body: JSON) {
    status = 422
    let detail = JSON.object([
      ("type", .text(fault.type)), ("loc", .texts(fault.location)), ("msg", .text(fault.message)),
    ])
    self.body = .object([
      ("exception_message", .text("Invalid request received.")),
      ("exception_detail", .array([detail])),
      ("request_body", body),
    ])
  }
}
