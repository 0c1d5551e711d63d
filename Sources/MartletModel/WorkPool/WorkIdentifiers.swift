// Decides which things around work have ids of their own.

/// The id of a deployment.
public struct DeploymentID: UniqueIdentifier {
  /// The bits.
  public let value: UUIDValue
  /// Takes bits as they are.
  public init(_ value: UUIDValue) { self.value = value }
}

/// The id of a schedule of a deployment.
public struct ScheduleID: UniqueIdentifier {
  /// The bits.
  public let value: UUIDValue
  /// Takes bits as they are.
  public init(_ value: UUIDValue) { self.value = value }
}

/// The id of a backfill.
public struct BackfillID: UniqueIdentifier {
  /// The bits.
  public let value: UUIDValue
  /// Takes bits as they are.
  public init(_ value: UUIDValue) { self.value = value }
}

/// The id of a pool.
public struct PoolID: UniqueIdentifier {
  /// The bits.
  public let value: UUIDValue
  /// Takes bits as they are.
  public init(_ value: UUIDValue) { self.value = value }
}

/// The id of a queue of a pool.
public struct QueueID: UniqueIdentifier {
  /// The bits.
  public let value: UUIDValue
  /// Takes bits as they are.
  public init(_ value: UUIDValue) { self.value = value }
}

/// The id of a worker.
public struct WorkerID: UniqueIdentifier {
  /// The bits.
  public let value: UUIDValue
  /// Takes bits as they are.
  public init(_ value: UUIDValue) { self.value = value }
}
