// Decides how a status with details is put into `grpc-status-details-bin`: a `google.rpc.Status`
// (code = 1, message = 2, details = 3, each a `google.protobuf.Any` of type_url = 1 and value = 2).

import MartletCall

/// `google.rpc.Status` on the wire.
enum StatusEncoding {
  static func encode(_ status: Status) -> [UInt8] {
    var writer = ProtoWriter()
    writer.field(1, UInt64(status.code.rawValue))
    writer.field(2, status.message)
    for detail in status.details {
      writer.field(3) {
        $0.field(1, detail.typeURL)
        $0.field(2, detail.value)
      }
    }
    return writer.bytes
  }

  /// The details of an encoded status; those that are malformed are left out.
  static func details(of bytes: [UInt8]) -> [Status.Detail] {
    var details: [Status.Detail] = []
    var reader = ProtoReader(bytes)
    while let field = reader.next() {
      guard field.number == 3, case .bytes(let any) = field.value else { continue }
      var detail = Status.Detail(typeURL: "", value: [])
      var inner = ProtoReader(any)
      while let field = inner.next() {
        switch (field.number, field.value) {
        case (1, .bytes(let url)): detail.typeURL = String(decoding: url, as: UTF8.self)
        case (2, .bytes(let value)): detail.value = Array(value)
        default: break
        }
      }
      details.append(detail)
    }
    return details
  }
}
