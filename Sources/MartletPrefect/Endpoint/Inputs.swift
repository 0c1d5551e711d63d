// Decides how inputs of flow runs are kept, and how a pause ends that waits for one.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  func createFlowRunInput(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.CreateFlowRunInputBody = try request.body()
    let id = try request.id()
    do {
      try await provide(
        asked.value, as: asked.key, by: asked.sender ?? "", to: id, request.context)
    } catch let status as Status where status.code == .alreadyExists {
      throw PrefectFailure(409, "A flow run input with this key already exists.")
    } catch let status as Status where status.code == .notFound {
      throw PrefectFailure(404, "Flow run not found")
    }
    return PrefectResponse(status: 201, body: .null)
  }

  func filterFlowRunInput(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.FilterFlowRunInputBody = try request.body()
    let id = try request.id()
    let limit = max(0, asked.limit ?? 1)
    var list = ListInputsRequest(
      runID: id.text, keyPrefix: asked.prefix, exceptKeys: asked.excludeKeys ?? [])
    var inputs: [Shape.FlowRunInput] = []
    while inputs.count < limit {
      list.pageSize = Int32(clamping: min(100, limit - inputs.count))
      let page = try await services.inputs.listInputs(list, context: request.context)
      inputs += page.inputs.compactMap(Shape.FlowRunInput.init)
      list.pageToken = page.nextPageToken
      if list.pageToken.isEmpty { break }
    }
    return .ok(inputs)
  }

  func readFlowRunInput(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked = GetInputRequest(
      runID: try request.id().text, key: request.parameters["key"] ?? "")
    do {
      let found = try await services.inputs.getInput(asked, context: request.context)
      return PrefectResponse(text: found.input?.value ?? "")
    } catch let status as Status where status.code == .notFound {
      throw PrefectFailure(404, "Flow run input not found")
    }
  }

  func deleteFlowRunInput(_ request: PrefectRequest) async throws -> PrefectResponse {
    let id = try request.id()
    guard
      try await forgetInput(request.parameters["key"] ?? "", of: id, request.context)
    else { throw PrefectFailure(404, "Flow run input not found") }
    return .done
  }

  /// Ends a pause. What it waits for is judged by the schema that the run keeps, and is there before the run goes on.
  func resumeFlowRun(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.ResumeFlowRunBody = request.body == .null ? .init() : try request.body()
    let id = try request.id()
    let run = try await run(id, .flow, request.context)
    guard let state = run.state, state.type == .paused else {
      return Self.result(.abort, "Cannot resume a flow run that is not paused.", nil)
    }
    let keys = StateNote(state).stateDetails.runInputKeyset
    let input = asked.runInput ?? .object(JSONMembers())
    if let keys, let answer = keys["response"] {
      do {
        try await provide(
          input.description, as: answer, fitting: keys["schema"] ?? "", to: id, request.context)
      } catch let status as Status where status.code == .invalidArgument {
        return Self.result(.reject, "Reason: \(status.message)", Shape.State(of: run))
      } catch let status as Status where status.code == .notFound {
        return Self.result(.reject, "Run input schema not found.", Shape.State(of: run))
      } catch let status as Status where status.code == .alreadyExists {
        return Self.result(
          .reject, "Another input was given for this pause.", Shape.State(of: run))
      }
    }
    var resumption = ResumeRunRequest(id: run.id)
    if case .object(let members)? = asked.runInput {
      resumption.input = .object(JSONObject(members))
    }
    let resumed = try await services.runs.resumeRun(resumption, context: request.context)
    let verdict = resumed.verdict ?? MartletProto.Verdict()
    if verdict.code != .accepted, let answer = keys?["response"] {
      _ = try await forgetInput(answer, of: id, request.context)
    }
    // Whoever waits in the midst of its code looks for RUNNING; it does not ask for it.
    if verdict.code == .accepted, case .paused(let paused)? = state.detail, !paused.suspended {
      return try await propose(
        Shape.StateCreate(type: .running, name: "Running"), to: id, .flow, force: false,
        request.context)
    }
    return try await self.answer(verdict, to: nil, run, request.context)
  }

  /// A pause begins anew: what was kept for an earlier one of its name is gone.
  func forgetInputs(of state: Shape.StateCreate, _ run: UUIDValue, _ context: CallContext)
    async throws
  {
    guard state.type == .paused, let keys = state.stateDetails?.runInputKeyset else { return }
    for key in keys.values { _ = try await forgetInput(key, of: run, context) }
  }

  private func provide(
    _ value: String, as key: String, by sender: String = "", fitting schema: String = "",
    to run: UUIDValue, _ context: CallContext
  ) async throws {
    var input = RunInput()
    input.runID = run.text
    input.key = key
    input.value = value
    input.sender = sender
    _ = try await services.inputs.provideInput(
      ProvideInputRequest(input: input, schemaKey: schema), context: context)
  }

  /// - Returns: whether there was such an input.
  private func forgetInput(
    _ key: String, of run: UUIDValue, _ context: CallContext
  ) async throws -> Bool {
    do {
      _ = try await services.inputs.deleteInput(
        DeleteInputRequest(runID: run.text, key: key), context: context)
      return true
    } catch let status as Status where status.code == .notFound {
      return false
    }
  }
}

extension Shape.FlowRunInput {
  /// An input of Martlet's; nil for one without ids.
  init?(_ input: RunInput) {
    guard let id = UUIDValue(text: input.id), let run = UUIDValue(text: input.runID) else {
      return nil
    }
    self.init(id: id, flowRunID: run, key: input.key, value: input.value)
    created = input.createTime.map(Instant.init)
    updated = created
    sender = input.sender.isEmpty ? nil : input.sender
  }
}
