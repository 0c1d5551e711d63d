// Decides which calls make what a record says, and which fields of what is there they replace.

import Martlet
import MartletCall
import MartletProto
import MartletWire

extension RecordImport {
  /// Settles what people set up, other than a block.
  func settle(_ content: RecordContent) async throws -> Outcome {
    switch content {
    case .flow(let flow): try await settle(flow)
    case .pool(let pool): try await settle(pool)
    case .queue(let queue): try await settle(queue)
    case .limit(let limit): try await settle(limit)
    case .variable(let variable): try await settle(variable)
    case .blockType(let type): try await settle(type)
    case .blockSchema(let schema): try await settle(schema)
    case .deployment(let deployment): try await settle(deployment)
    case .block, .history, .result, .logEntry, .artifact, .event: .leftOut
    }
  }

  private func settle(_ given: Flow) async throws -> Outcome {
    var flow = given
    flow.namespace = ""
    flow.id = ""
    flow.etag = ""
    return try await settle {
      _ = try await client.flows.createFlow(CreateFlowRequest(namespace: namespace, flow: flow))
    } orReplace: {
      _ = try await client.flows.updateFlow(
        UpdateFlowRequest(
          namespace: namespace, flow: flow, updateMask: ["description", "labels", "tags"]))
    }
  }

  private func settle(_ given: Pool) async throws -> Outcome {
    var pool = given
    pool.namespace = ""
    pool.etag = ""
    return try await settle {
      do {
        let made = try await client.pools.createPool(
          CreatePoolRequest(namespace: namespace, pool: pool))
        if !made.duplicate { pools.insert(pool.name) }
      } catch let status as Status where status.code == .alreadyExists {
        // The server compares templates as text; the order of their keys is none that anybody chose.
        let there = try await client.pools.getPool(
          GetPoolRequest(namespace: namespace, pool: pool.name))
        guard let there = there.pool, there.says(what: pool) else { throw status }
      }
    } orReplace: {
      _ = try await client.pools.updatePool(
        UpdatePoolRequest(
          namespace: namespace, poolRef: pool.name, pool: pool,
          updateMask: ["description", "template", "concurrency_limit", "paused"]))
    }
  }

  private func settle(_ given: Queue) async throws -> Outcome {
    var queue = given
    queue.namespace = ""
    queue.etag = ""
    // A new pool has a queue already, which is nobody's work.
    return try await settle(
      {
        _ = try await client.pools.createQueue(
          CreateQueueRequest(namespace: namespace, queue: queue))
      },
      orReplace: {
        _ = try await client.pools.updateQueue(
          UpdateQueueRequest(
            namespace: namespace, pool: queue.pool, name: queue.name, queue: queue,
            updateMask: ["description", "priority", "concurrency_limit", "paused"]))
      }, always: queue.name == "default" && pools.contains(queue.pool))
  }

  private func settle(_ given: Limit) async throws -> Outcome {
    var limit = given
    limit.namespace = ""
    limit.id = ""
    limit.etag = ""
    return try await settle {
      _ = try await client.limits.createLimit(
        CreateLimitRequest(namespace: namespace, limit: limit))
    } orReplace: {
      _ = try await client.limits.updateLimit(
        UpdateLimitRequest(
          namespace: namespace, limit: limit,
          updateMask: ["slots", "slot_decay_per_second", "disabled", "description"]))
    }
  }

  private func settle(_ given: Variable) async throws -> Outcome {
    var variable = given
    variable.namespace = ""
    variable.etag = ""
    // A JSON null is a value; the encoding says so by leaving it out.
    if variable.value == nil { variable.value = .null }
    func set(_ policy: SetVariablePolicy) async throws {
      _ = try await client.variables.setVariable(
        SetVariableRequest(namespace: namespace, variable: variable, policy: policy))
    }
    return try await settle {
      try await set(.create)
    } orReplace: {
      try await set(.upsert)
    }
  }

  private func settle(_ given: Deployment) async throws -> Outcome {
    var deployment = given
    deployment.namespace = ""
    deployment.etag = ""
    if !activatesSchedules {
      for index in deployment.schedules.indices { deployment.schedules[index].paused = true }
    }
    do {
      return try await settle {
        let made = try await client.deployments.createDeployment(
          CreateDeploymentRequest(namespace: namespace, deployment: deployment))
        deployments[deployment.id] = made.deployment?.id
      } orReplace: {
        let made = try await client.deployments.applyDeployment(
          ApplyDeploymentRequest(namespace: namespace, deployment: deployment))
        deployments[deployment.id] = made.deployment?.id
      }
    } catch let status as Status where status.code == .alreadyExists {
      try await find(deployment)
      throw status
    }
  }

  /// Notes by which id the server has a deployment, if it has it: runs name it.
  func find(_ deployment: Deployment) async throws {
    do {
      let there = try await client.deployments.getDeployment(
        GetDeploymentRequest(
          namespace: namespace, deployment: "\(deployment.flow)/\(deployment.name)"))
      deployments[deployment.id] = there.deployment?.id
    } catch let status as Status where status.code == .notFound {}
  }
}

extension Pool {
  /// Whether people said the same of it.
  fileprivate func says(what other: Pool) -> Bool {
    type == other.type && description == other.description && template == other.template
      && concurrencyLimit == other.concurrencyLimit && paused == other.paused
  }
}
