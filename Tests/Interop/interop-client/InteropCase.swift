// Decides which cases there are, and in which order `all` runs them.

import InteropProto
import MartletRPC

/// One case of the public interop description.
struct InteropCase: Sendable {
  /// Its name there.
  let name: String
  /// Goes through it; throws `CaseFailure`, or the `Status` of a call that should have succeeded.
  let run: @Sendable (CaseSetting) async throws -> Void

  /// Every case this client knows.
  static let all: [InteropCase] =
    unary + compressed + streaming + metadata + status + interruption + soak

  /// Cases of the description that need accounts, balancers or proxies that are not here.
  static let notSupported: Set<String> = [
    "compute_engine_creds", "compute_engine_channel_credentials", "google_default_credentials",
    "jwt_token_creds", "oauth2_auth_token", "per_rpc_creds", "pick_first_unary",
    "long_lived_channel", "orca_per_rpc", "orca_oob", "mcs_cs",
  ]
}

/// What a case is run with.
struct CaseSetting: Sendable {
  /// Makes a channel to the server, not yet connected.
  let connect: @Sendable () -> RPCChannel
  /// The channel of all cases that need no other.
  let channel: RPCChannel
  /// Whether a proxy that keeps responses stands in between.
  let hasCachingProxy: Bool
  /// How long the soaks are.
  let soak: SoakPlan

  /// Calls over the channel.
  var client: TestServiceClient { TestServiceClient(channel: channel) }
}
