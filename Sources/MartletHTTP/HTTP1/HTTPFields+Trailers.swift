// Decides how the trailers NIO decodes become ours.

import NIOHTTP1

extension HTTPFields {
  /// The trailers of a request.
  init(trailers: HTTPHeaders) {
    self.init()
    for (name, value) in trailers { append(name, value) }
  }
}
