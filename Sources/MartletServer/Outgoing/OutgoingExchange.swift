// Decides what is read of an answer: the head, and so much of the body as is told; then the connection is closed.

internal import MartletModel
internal import NIOCore
internal import NIOHTTP1

/// One request and its answer on a connection.
final class OutgoingExchange: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  /// So much of a body is read.
  static let longestBody = 16 << 10

  private let head: HTTPRequestHead
  private let body: String
  private let place: String
  private let answer: EventLoopPromise<OutgoingAnswer>
  private var response: HTTPResponseHead?
  private var bytes = ByteBuffer()

  init(
    head: HTTPRequestHead, body: String, place: String, answer: EventLoopPromise<OutgoingAnswer>
  ) {
    self.head = head
    self.body = body
    self.place = place
    self.answer = answer
  }

  func channelActive(context: ChannelHandlerContext) {
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if !body.isEmpty {
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): response = head
    case .body(var part):
      let room = Self.longestBody - bytes.readableBytes
      if let slice = part.readSlice(length: min(part.readableBytes, room)) {
        bytes.writeImmutableBuffer(slice)
      }
      if bytes.readableBytes >= Self.longestBody { finish() }
    case .end: finish()
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    answer.fail(OutgoingFault.unanswered("\(place) ended the connection without an answer"))
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    answer.fail(OutgoingFault.unanswered("\(place) cannot be understood: \(error)"))
    context.close(promise: nil)
  }

  private func finish() {
    guard let response else { return }
    answer.succeed(
      OutgoingAnswer(
        status: Int(response.status.code),
        fields: response.headers.map { ($0.name, $0.value) }, body: String(buffer: bytes)))
  }
}
