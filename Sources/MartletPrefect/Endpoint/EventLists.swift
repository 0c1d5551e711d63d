// Decides how events are listed, counted and published over REST.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// The most events that a list or a count looks at.
  private static let mostEvents = 10_000
  /// The most events of a page.
  private static let eventPage = 50

  func createEvents(_ request: PrefectRequest) async throws -> PrefectResponse {
    guard case .array(let bodies) = request.body else {
      throw ShapeFault(
        location: ["body"], message: "Input should be a valid list", type: "list_type")
    }
    var events: [ClientEvent] = []
    for (place, body) in bodies.enumerated() {
      _ = try Shape.Event(body, at: ["body", "\(place)"])
      guard let event = ClientEvent(body) else {
        throw ShapeFault(
          location: ["body", "\(place)"], message: "Input should be a valid event",
          type: "value_error")
      }
      events.append(event)
    }
    let recorder = TaskRunRecorder(services: services, context: request.context)
    let others = try await recorder.record(events, isWhole: true)
    for start in stride(from: 0, to: others.count, by: 1000) {
      let part = others[start..<min(start + 1000, others.count)]
      let response = try await services.events.batchPublishEvents(
        BatchPublishEventsRequest(events: part.map(\.event)), context: request.context)
      if let failure = response.failures.first {
        throw PrefectFailure(422, "\(failure.field): \(failure.message)")
      }
    }
    return .done
  }

  func readEvents(_ request: PrefectRequest) async throws -> PrefectResponse {
    let limit = try request.body["limit"].flatMap { json throws(ShapeFault) in
      json == .null ? nil : try Int(json, at: ["body", "limit"])
    }
    return try await page(
      request.body["filter"] ?? .null, limit ?? Self.eventPage, from: 0, request)
  }

  /// The page after another, by the token that it gave.
  func readNextEvents(_ request: PrefectRequest) async throws -> PrefectResponse {
    guard let token = request.query["page-token"], let text = String(hexadecimal: token),
      let json = try? JSON(parsing: text),
      let limit = json["limit"].flatMap({ try? Int($0, at: []) }),
      let offset = json["offset"].flatMap({ try? Int($0, at: []) }), offset >= 0
    else { throw PrefectFailure(403, "Forbidden") }
    return try await page(json["filter"] ?? .null, limit, from: offset, request)
  }

  private func page(
    _ filter: JSON, _ limit: Int, from offset: Int, _ request: PrefectRequest
  ) async throws -> PrefectResponse {
    guard (0...Self.eventPage).contains(limit) else {
      throw ShapeFault(
        location: ["body", "limit"],
        message: "Input should be less than or equal to \(Self.eventPage)", type: "less_than_equal")
    }
    let found = try await events(filter, request.context)
    var page = Shape.EventPage(
      events: Array(found.dropFirst(offset).prefix(limit)), total: found.count)
    if limit > 0, offset + limit < found.count {
      let token = JSON.object([
        ("filter", filter), ("limit", .integer(limit)), ("offset", .integer(offset + limit)),
      ])
      // Below the root of the API, which the client puts before it.
      page.nextPage = "/events/filter/next?page-token=\(token.description.hexadecimal)"
    }
    return .ok(page)
  }

  func countEvents(_ request: PrefectRequest) async throws -> PrefectResponse {
    let found = try await events(request.body["filter"] ?? .null, request.context)
    switch request.parameters["countable"] {
    case "event":
      return .ok(Self.counts(found, by: \.event) { $0.event })
    case "resource":
      return .ok(
        Self.counts(found, by: \.resourceID) {
          $0.resource["prefect.resource.name"]?.text ?? $0.resourceID
        })
    case "day", "time":
      let isDay = request.parameters["countable"] == "day"
      let units = [
        "week": 604_800.0, "day": 86_400, "hour": 3600, "minute": 60, "second": 1,
      ]
      let name = isDay ? "day" : request.body["time_unit"]?.text ?? "day"
      let many =
        isDay ? 1 : request.body["time_interval"].flatMap { try? Double($0, at: []) } ?? 1
      guard let unit = units[name], many >= 0.01 else {
        throw PrefectFailure(422, "time_unit is one of week, day, hour, minute, second.")
      }
      return .ok(
        try Self.counts(
          found, every: Int64(unit * many * 1e6), request.body["filter"]?["occurred"] ?? .null))
    case let other?: throw PrefectFailure(422, "events are not counted by \(other)")
    case nil: throw PrefectFailure(422, "countable is required")
    }
  }

  private static func counts(
    _ events: [Shape.ReceivedEvent], by key: (Shape.ReceivedEvent) -> String,
    label: (Shape.ReceivedEvent) -> String
  ) -> [Shape.EventCount] {
    Dictionary(grouping: events, by: key).compactMap { value, group in
      guard let latest = group.map(\.occurred).max(), let first = group.map(\.occurred).min(),
        let one = group.first
      else { return nil }
      return Shape.EventCount(
        value: value, label: label(one), count: group.count, startTime: first, endTime: latest)
    }.sorted { ($1.count, $0.value) < ($0.count, $1.value) }
  }

  /// Every stretch from the first moment that is asked for to the last, also those without events.
  private static func counts(
    _ events: [Shape.ReceivedEvent], every width: Int64, _ occurred: JSON
  ) throws -> [Shape.EventCount] {
    let asked = try Shape.EventOccurredFilter(
      occurred == .null ? .object([]) : occurred, at: ["body", "filter", "occurred"])
    let last = (asked.until ?? .wallClock).microseconds
    let first = asked.since?.microseconds ?? events.map(\.occurred.microseconds).min() ?? last
    let number = (max(0, last - first) + width) / width
    guard number <= 1000 else {
      throw PrefectFailure(
        422, "The given time interval would create \(number) buckets: at most 1000.")
    }
    let counts = Dictionary(grouping: events) { ($0.occurred.microseconds - first) / width }
    return (0..<number).map { index in
      let start = Instant(microseconds: first + index * width)
      let name = start.rfc3339
      return Shape.EventCount(
        value: name, label: name, count: counts[index]?.count ?? 0, startTime: start,
        endTime: Instant(microseconds: first + (index + 1) * width))
    }
  }

  /// The events that meet a filter, in its order, as far as is looked.
  private func events(
    _ filter: JSON, _ context: CallContext
  ) async throws -> [Shape.ReceivedEvent] {
    let filter = try Shape.EventFilter(
      filter == .null ? .object([]) : filter, at: ["body", "filter"])
    var found: [Shape.ReceivedEvent] = []
    for search in filter.searches {
      var list = ListEventsRequest(filter: search, pageSize: 1000)
      var seen = 0
      repeat {
        let page = try await services.events.listEvents(list, context: context)
        seen += page.events.count
        for event in page.events {
          let shown = Shape.ReceivedEvent(event)
          if try filter.matches(shown) { found.append(shown) }
        }
        list.pageToken = page.nextPageToken
      } while seen < Self.mostEvents && !list.pageToken.isEmpty
    }
    let isAscending = filter.order == .asc
    found.sort { isAscending ? $0.occurred < $1.occurred : $0.occurred > $1.occurred }
    guard filter.resource?.distinct == true else { return found }
    var known: Set<String> = []
    return found.filter { known.insert($0.resourceID).inserted }
  }
}

extension String {
  /// Its bytes as hexadecimal digits.
  fileprivate var hexadecimal: String {
    utf8.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }

  /// Reads hexadecimal digits; nil for anything else, or no UTF-8.
  fileprivate init?(hexadecimal: String) {
    let digits = Array(hexadecimal.utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for place in stride(from: 0, to: digits.count, by: 2) {
      let pair = String(decoding: digits[place...place + 1], as: UTF8.self)
      guard let byte = UInt8(pair, radix: 16) else { return nil }
      bytes.append(byte)
    }
    self.init(validating: bytes, as: UTF8.self)
  }
}
