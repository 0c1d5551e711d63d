// Decides which methods can be called by name.

import MartletCall
import MartletProto

/// The methods of the contract.
enum Methods {
  /// Every method, service by service.
  static let all: [MethodDescriptor] =
    RunServiceMethods.all + ReportServiceMethods.all + FlowServiceMethods.all
    + LogServiceMethods.all + ArtifactServiceMethods.all + LimitServiceMethods.all
    + ResultServiceMethods.all + EventServiceMethods.all
    + VariableServiceMethods.all + InputServiceMethods.all + BlockServiceMethods.all
    + AutomationServiceMethods.all
    + DeploymentServiceMethods.all + PoolServiceMethods.all
    + WorkerServiceMethods.all + SystemServiceMethods.all

  /// The method of a name such as `RunService/GetRun`, with or without its package.
  static func named(_ name: String) -> MethodDescriptor? {
    let wanted = name.hasPrefix("/") ? String(name.dropFirst()) : name
    return all.first { method in
      method.path.dropFirst() == wanted || method.path.dropFirst("/martlet.v1.".count) == wanted
    }
  }
}
