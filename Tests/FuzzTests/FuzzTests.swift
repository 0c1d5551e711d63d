// Decides that bytes which once did harm do so no more, and that every target still reads its corpus.

import Foundation
import FuzzTargets
import Testing

@Suite(.timeLimit(.minutes(5))) struct FuzzTests {
  /// The files of a target.
  private static func inputs(_ target: FuzzTarget) throws -> [URL] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fuzz/corpus/\(target.rawValue)")
    return try FileManager.default.contentsOfDirectory(at: root, includingPropertiesForKeys: nil)
  }

  @Test(arguments: FuzzTarget.allCases) func corpus(_ target: FuzzTarget) throws {
    let files = try Self.inputs(target)
    #expect(!files.isEmpty)
    for file in files {
      let bytes = [UInt8](try Data(contentsOf: file))
      bytes.withUnsafeBytes { target.run($0) }
    }
  }

  /// The empty input, and every input of one byte.
  @Test(arguments: FuzzTarget.allCases) func shortest(_ target: FuzzTarget) {
    target.run(UnsafeRawBufferPointer(start: nil, count: 0))
    for byte in UInt8.min...UInt8.max { withUnsafeBytes(of: byte) { target.run($0) } }
  }
}
