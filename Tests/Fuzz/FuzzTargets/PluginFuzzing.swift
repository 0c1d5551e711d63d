// Decides what must hold of a request to the generator: it is answered or refused.

import MartletGenerator

/// Requests of strangers.
enum PluginFuzzing {
  static func run(_ bytes: UnsafeRawBufferPointer) { try? Generator.rehearse(Array(bytes)) }
}
