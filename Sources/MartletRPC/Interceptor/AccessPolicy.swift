// Decides who may call what. Off, everyone is anonymous. On, a method that no rule names is refused, and so
// is a caller whom the authenticator does not know: nothing is open by omission.

public import MartletCall
public import MartletHTTP

/// Finds out who calls.
public protocol Authenticator: Sendable {
  /// The principal of a request's credentials.
  ///
  /// - Throws: UNAUTHENTICATED when they are missing or wrong.
  func principal(of credentials: Credentials) async throws(Status) -> Principal
}

/// What a caller shows to say who it is.
public struct Credentials: Sendable {
  /// The value of the `authorization` field.
  public var authorization: String?
  /// The other end of the connection, with the certificate it showed.
  public var peer: HTTPPeer

  /// Makes credentials.
  public init(authorization: String?, peer: HTTPPeer) {
    self.authorization = authorization
    self.peer = peer
  }
}

/// What a method asks of its callers.
public enum AccessRule: Sendable, Equatable {
  /// Anyone may call it, unauthenticated.
  case anyone
  /// Any known principal may call it.
  case authenticated
}

/// Who may call what.
public struct AccessPolicy: Sendable {
  private let authenticator: (any Authenticator)?
  private let rules: [String: AccessRule]

  /// No authentication: every caller is `Principal.anonymous`.
  public static let open = AccessPolicy(authenticator: nil, rules: [:])

  /// Authentication with a rule for each method path; a method without a rule is refused.
  public static func authenticated(
    by authenticator: any Authenticator, rules: [String: AccessRule]
  ) -> AccessPolicy {
    AccessPolicy(authenticator: authenticator, rules: rules)
  }

  private init(authenticator: (any Authenticator)?, rules: [String: AccessRule]) {
    self.authenticator = authenticator
    self.rules = rules
  }

  /// Who calls by another road than a method; `Principal.anonymous` when authentication is off.
  ///
  /// - Throws: UNAUTHENTICATED when the credentials are missing or wrong.
  public func principal(of credentials: Credentials) async throws(Status) -> Principal {
    guard let authenticator else { return .anonymous }
    return try await authenticator.principal(of: credentials)
  }

  /// The interceptors that enforce the policy.
  func interceptors(methods: [RegisteredMethod]) -> [any Interceptor] {
    guard let authenticator else { return [] }
    return [
      PrincipalInterceptor(
        authenticator: authenticator, rules: methods.map { rules[$0.descriptor.path] })
    ]
  }
}

/// Refuses calls without a rule and finds the principal of the others.
struct PrincipalInterceptor: SuspendingInterceptor {
  let authenticator: any Authenticator
  /// The rule of each method, by its number.
  let rules: [AccessRule?]

  func before(_ call: inout IncomingCall) throws(Status) {
    guard rules[call.method.index] != nil else {
      throw Status.permissionDenied(
        "no rule allows \(call.method.descriptor.path)", reason: "NO_ACCESS_RULE")
    }
  }

  func resolve(_ call: inout IncomingCall) async throws(Status) {
    guard rules[call.method.index] == .authenticated else { return }
    call.context.principal = try await authenticator.principal(
      of: Credentials(authorization: call.fields.authorization, peer: call.peer))
  }
}
