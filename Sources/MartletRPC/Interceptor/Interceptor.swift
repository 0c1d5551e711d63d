// Decides how cross-cutting matters see a call: once before its handler, once when its outcome is known,
// once when its handler has returned. All on the call's loop and without suspension, so that a chain of
// them costs tens of nanoseconds; what must wait for something is a SuspendingInterceptor.

public import MartletCall
public import MartletHTTP

/// The protocol by which a call came.
public enum CallProtocol: String, Sendable, Equatable {
  case grpc
  case grpcWeb = "grpc-web"
  case connect
}

/// A call whose head has come and whose handler has not begun. Not copied on its way through the chain.
public struct IncomingCall: ~Copyable, Sendable {
  /// The head of the request.
  public let head: HTTPRequestHead
  /// The fields of the head, sorted.
  public let fields: RequestFields
  /// The method.
  public let method: RegisteredMethod
  /// How the call came.
  public let callProtocol: CallProtocol
  /// What the handler will see.
  public var context: CallContext
  /// The other end of the connection.
  public let peer: HTTPPeer
  /// How long the call may take; the server's deadline when an interceptor has set it.
  public var timeout: Duration?
  /// A source of random numbers where nothing rests on secrecy.
  public var randomWord: UInt64

  /// Makes a call.
  package init(
    head: HTTPRequestHead, fields: RequestFields, method: RegisteredMethod,
    callProtocol: CallProtocol, context: CallContext, peer: HTTPPeer, timeout: Duration?,
    randomWord: UInt64
  ) {
    self.head = head
    self.fields = fields
    self.method = method
    self.callProtocol = callProtocol
    self.context = context
    self.peer = peer
    self.timeout = timeout
    self.randomWord = randomWord
  }
}

/// A call that was answered.
public struct FinishedCall: Sendable {
  /// The method.
  public let method: RegisteredMethod
  /// How the call came.
  public let callProtocol: CallProtocol
  /// What the handler saw.
  public let context: CallContext
  /// What the caller was told; nil for OK.
  public let status: Status?
  /// The error behind the status, when a handler threw one that the caller must not see.
  public let cause: (any Error)?
  /// How long the call took, in nanoseconds.
  public let nanoseconds: Int64

  /// Makes a call that went well.
  package init(_ call: borrowing IncomingCall, nanoseconds: Int64) {
    self.init(
      method: call.method, callProtocol: call.callProtocol, context: call.context, status: nil,
      cause: nil, nanoseconds: nanoseconds)
  }

  init(
    method: RegisteredMethod, callProtocol: CallProtocol, context: CallContext, status: Status?,
    cause: (any Error)?, nanoseconds: Int64
  ) {
    self.method = method
    self.callProtocol = callProtocol
    self.context = context
    self.status = status
    self.cause = cause
    self.nanoseconds = nanoseconds
  }

  /// What the caller was told.
  public var code: StatusCode { status?.code ?? .ok }
}

/// Something that looks at every call.
public protocol Interceptor: Sendable {
  /// Called before the handler, in the order of the chain; throwing refuses the call.
  func before(_ call: inout IncomingCall) throws(Status)
  /// Called when the call was answered, in reverse, unless `before` threw here or was not reached.
  func after(_ call: borrowing FinishedCall)
  /// Called last, when the handler has returned, which a cancelled one may do long after the answer.
  func released()
}

extension Interceptor {
  /// Lets every call pass.
  public func before(_ call: inout IncomingCall) throws(Status) {}
  /// Does nothing.
  public func after(_ call: borrowing FinishedCall) {}
  /// Does nothing.
  public func released() {}
}

/// An interceptor that must wait for something, such as a look-up of a token.
public protocol SuspendingInterceptor: Interceptor {
  /// Called in the call's task, after every `before` and before the handler; throwing refuses the call.
  func resolve(_ call: inout IncomingCall) async throws(Status)
}
