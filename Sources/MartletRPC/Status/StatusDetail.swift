// Decides which typed details an error may carry and how each is written: the messages of
// `google/rpc/error_details.proto`, by their published field numbers.

public import MartletCall

/// A typed detail of a status.
public enum StatusDetail: Sendable, Equatable {
  /// `google.rpc.ErrorInfo`: a stable reason that programs may rely on.
  case errorInfo(reason: String, domain: String, metadata: [String: String])
  /// `google.rpc.BadRequest`: what is wrong with which field of the request.
  case badRequest([FieldViolation])
  /// `google.rpc.RetryInfo`: when it is worth trying again.
  case retryInfo(Duration)
  /// `google.rpc.ResourceInfo`: which resource the error is about.
  case resourceInfo(type: String, name: String, owner: String, description: String)
  /// `google.rpc.PreconditionFailure`: what must hold first.
  case preconditionFailure([Violation])
  /// `google.rpc.QuotaFailure`: which limit is used up; violations have no type.
  case quotaFailure([Violation])
  /// `google.rpc.Help`: where to read more.
  case help([Link])
  /// Any other message, still encoded.
  case other(Status.Detail)

  /// What is wrong with a field.
  public struct FieldViolation: Sendable, Equatable {
    /// The path of the field, for example `reports[3].runId`.
    public var field: String
    /// What is wrong and what to send instead.
    public var description: String
    /// Makes a violation.
    public init(field: String, description: String) {
      self.field = field
      self.description = description
    }
  }

  /// What does not hold.
  public struct Violation: Sendable, Equatable {
    /// The kind of condition, for example `ETAG`.
    public var type: String
    /// What it is about, for example the name of a run.
    public var subject: String
    /// What does not hold and what to do.
    public var description: String
    /// Makes a violation.
    public init(type: String = "", subject: String, description: String) {
      self.type = type
      self.subject = subject
      self.description = description
    }
  }

  /// Where to read more.
  public struct Link: Sendable, Equatable {
    /// What is found there.
    public var description: String
    /// The address.
    public var url: String
    /// Makes a link.
    public init(description: String, url: String) {
      self.description = description
      self.url = url
    }
  }
}

extension StatusDetail {
  static let typePrefix = "type.googleapis.com/"

  /// The detail as a `google.protobuf.Any`.
  public var encoded: Status.Detail {
    var writer = ProtoWriter()
    let name: String
    switch self {
    case .other(let detail): return detail
    case .errorInfo(let reason, let domain, let metadata):
      name = "ErrorInfo"
      writer.field(1, reason)
      writer.field(2, domain)
      for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
        writer.field(3) {
          $0.field(1, key)
          $0.field(2, value)
        }
      }
    case .badRequest(let violations):
      name = "BadRequest"
      for violation in violations {
        writer.field(1) {
          $0.field(1, violation.field)
          $0.field(2, violation.description)
        }
      }
    case .retryInfo(let delay):
      name = "RetryInfo"
      let (seconds, attoseconds) = delay.components
      writer.field(1) {
        $0.field(1, UInt64(bitPattern: seconds))
        $0.field(2, UInt64(bitPattern: attoseconds / 1_000_000_000))
      }
    case .resourceInfo(let type, let resource, let owner, let description):
      name = "ResourceInfo"
      writer.field(1, type)
      writer.field(2, resource)
      writer.field(3, owner)
      writer.field(4, description)
    case .preconditionFailure(let violations):
      name = "PreconditionFailure"
      for violation in violations {
        writer.field(1) {
          $0.field(1, violation.type)
          $0.field(2, violation.subject)
          $0.field(3, violation.description)
        }
      }
    case .quotaFailure(let violations):
      name = "QuotaFailure"
      for violation in violations {
        writer.field(1) {
          $0.field(1, violation.subject)
          $0.field(2, violation.description)
        }
      }
    case .help(let links):
      name = "Help"
      for link in links {
        writer.field(1) {
          $0.field(1, link.description)
          $0.field(2, link.url)
        }
      }
    }
    return Status.Detail(typeURL: Self.typePrefix + "google.rpc." + name, value: writer.bytes)
  }
}
