// Decides how Swift code keeps values with a name that programs share.

internal import MartletCall
public import MartletProto
public import MartletWire

extension Client {
  /// Reads a variable.
  ///
  /// - Returns: its value; nil when there is no such variable.
  /// - Throws: `Status`, as every call does.
  public func variable(_ name: String, in namespace: String = "") async throws -> JSONValue? {
    do {
      let request = GetVariableRequest(namespace: namespace, name: name)
      return try await variables.getVariable(request).variable?.value ?? .null
    } catch let status as Status where status.code == .notFound { return nil }
  }

  /// Creates a variable or changes it; a call that is tried again changes it once.
  ///
  /// - Parameter etag: what the variable must still have, as it was read; nil changes it whatever it has.
  /// - Throws: `Status`; ABORTED with the reason `ETAG_MISMATCH` when somebody else changed it.
  @discardableResult
  public func setVariable(
    _ name: String, to value: JSONValue, tags: [String] = [], etag: String? = nil,
    in namespace: String = ""
  ) async throws -> Variable {
    var variable = Variable()
    variable.name = name
    variable.value = value
    variable.tags = tags
    variable.etag = etag ?? ""
    var request = SetVariableRequest()
    request.namespace = namespace
    request.variable = variable
    request.requestID = Identifier.random()
    return try await variables.setVariable(request).variable ?? variable
  }
}
