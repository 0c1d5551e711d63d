// Decides how runs are counted.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension RunHandlers {
  func countRuns(_ request: CountRunsRequest, context: CallContext) async throws
    -> CountRunsResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      var grouping: RunGrouping = []
      var buckets: RunBuckets?
      for name in request.groupBy {
        switch name {
        case "kind": grouping.insert(.kind)
        case "state.type": grouping.insert(.stateType)
        case "state.name": grouping.insert(.stateName)
        case "definition": grouping.insert(.definition)
        case "create_time.hour": grouping.insert(.createHour)
        case "start_time.hour": grouping.insert(.startHour)
        case "deployment_id": grouping.insert(.deployment)
        case "parent_id": grouping.insert(.parent)
        case "expected_time.bucket" where buckets == nil:
          buckets = try RunBuckets(.expectedTime, of: request)
        case "start_time.bucket" where buckets == nil:
          buckets = try RunBuckets(.startTime, of: request)
        default:
          throw InvalidValue(
            "group_by",
            "names \"\(name)\": give kind, state.type, state.name, definition, create_time.hour,"
              + " start_time.hour, deployment_id, parent_id or one of expected_time.bucket and start_time.bucket"
          )
        }
      }
      let filter = try parseFilter(request.filter)
      let (counts, isBounded) = try await backend.store.countRuns(
        in: namespace, filter: filter, by: grouping, in: buckets, withTimes: request.withTimes,
        deadline: context.deadline)
      var response = CountRunsResponse()
      response.total = counts.reduce(0) { $0 + $1.runs }
      response.bounded = isBounded
      if !request.groupBy.isEmpty {
        response.groups = try counts.filter { $0.runs != 0 }.map { count in
          var group = CountRunsResponse.Group(
            values: try request.groupBy.map { name in
              switch name {
              case "kind": count.kind?.description ?? ""
              case "state.type": count.stateType?.description ?? ""
              case "state.name": count.stateName ?? ""
              case "create_time.hour": try text(count.createHour)
              case "start_time.hour": try text(count.startHour)
              case "deployment_id": count.deploymentID?.description ?? ""
              case "parent_id": count.parentID?.description ?? ""
              case "expected_time.bucket", "start_time.bucket": try text(count.bucket)
              default: count.definition ?? ""
              }
            }, count: count.runs)
          if request.withTimes {
            group.runningTime = count.runningTime.duration
            group.lateness = count.lateness.duration
          }
          return group
        }
      }
      return response
    }
  }

  /// An hour by its first moment, as JSON writes times.
  private func text(_ hour: Instant?) throws(InvalidValue) -> String {
    guard let hour else { return "" }
    return String(try hour.timestamp.jsonText("group_by").dropFirst().dropLast())
  }

  /// Reads a filter of a watch, which is decided without the database: deployments are looked up once.
  func resolvedFilter(
    _ text: String, _ namespace: Namespace, _ context: CallContext
  ) async throws -> FilterExpression? {
    let filter = try parseFilter(text)
    if filter?.namesParent ?? false {
      throw InvalidValue("filter", "compares parent.FIELD, which is not looked up for a watch")
    }
    let named = filter?.namedDeployments ?? []
    if named.isEmpty { return filter }
    let ids = try await backend.store.deploymentIDs(
      named, in: namespace, deadline: context.deadline)
    return filter?.naming(ids)
  }

  /// Reads a filter.
  ///
  /// - Throws: `Status` that names the place of the fault.
  func parseFilter(_ text: String) throws(Status) -> FilterExpression? {
    do throws(QueryError) {
      return try FilterExpression.parse(text)
    } catch {
      throw Status(error, field: "filter")
    }
  }
}

extension RunBuckets {
  /// The buckets that are asked for.
  fileprivate init(_ key: Key, of request: CountRunsRequest) throws(InvalidValue) {
    guard let width = request.bucket.map(Interval.init), width >= .seconds(1) else {
      throw InvalidValue("bucket", "is at least 1 s when runs are counted by it")
    }
    let start = request.bucketStart.map(Instant.init) ?? .epoch
    guard RunLimits.times.contains(start) else {
      throw InvalidValue("bucket_start", "is no time that runs have")
    }
    self.init(key, width: min(width, .hours(24 * 3660)), start: start)
  }
}
