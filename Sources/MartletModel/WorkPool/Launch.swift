// Decides what a worker is told to start for a run: from the pool's template, the deployment and the run.

/// What to start for a run.
public enum Launch: Sendable, Equatable {
  /// A process of the worker's machine.
  case process(ProcessLaunch)
  /// What the template of a pool of another type makes.
  case job(JSON)
  /// Nothing: the worker is a program that serves the deployment.
  case served

  /// Works out what to start.
  ///
  /// - Parameters:
  ///   - type: the type of the pool.
  ///   - layers: values for the template: the deployment's, then the run's.
  /// - Throws: `InvalidValue`, which names what cannot be rendered by its path.
  public init(
    type: String, template: JobTemplate, executable: Executable?,
    layers: [(name: String, values: JSON)]
  ) throws(InvalidValue) {
    if type == PoolType.served.name {
      self = .served
      return
    }
    let job = try template.job(layers)
    self =
      type == PoolType.process.name
      ? .process(try ProcessLaunch(job: job, executable: executable)) : .job(job)
  }
}
