// Decides how targets are run: built with `--sanitize fuzzer -Xswiftc -DFUZZING` libFuzzer makes the bytes and
// MARTLET_FUZZ names the target; else files are replayed.
//
// Usage: MARTLET_FUZZ=TARGET martlet-fuzz [libFuzzer's arguments] | martlet-fuzz TARGET FILE…

import FuzzTargets
import Glibc

/// The target of a name; ends the program when there is none.
private func target(named name: String) -> FuzzTarget {
  if let target = FuzzTarget(rawValue: name) { return target }
  let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
  print("martlet-fuzz: no target \"\(name)\"; there are \(names)")
  exit(2)
}

#if FUZZING
  private let chosen = target(named: getenv("MARTLET_FUZZ").map { String(cString: $0) } ?? "")

  /// What libFuzzer calls (https://llvm.org/docs/LibFuzzer.html, "Fuzz Target").
  @_cdecl("LLVMFuzzerTestOneInput")
  public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    chosen.run(UnsafeRawBufferPointer(start: bytes, count: count))
    return 0
  }
#else
  @main
  enum MartletFuzz {
    static func main() {
      let arguments = CommandLine.arguments
      let target = target(named: arguments.count > 1 ? arguments[1] : "")
      for path in arguments.dropFirst(2) {
        guard let file = fopen(path, "r") else {
          print("martlet-fuzz: \(path) cannot be read")
          exit(1)
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        bytes.withUnsafeBytes { target.run(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      }
    }
  }
#endif
