// Decides how a zone's file is read: RFC 8536, version 1 to 4, of which the 64-bit part and the rule after it count.

extension Zone {
  /// The largest file that is read, in bytes; real ones have at most 4 KiB.
  public static let largestFile = 1 << 18

  /// Reads the bytes of a TZif file, such as `/usr/share/zoneinfo/Europe/Berlin`.
  ///
  /// Changes that leave the offset alone (a new name, a new law) are forgotten.
  ///
  /// - Throws: ``InvalidValue`` for `zone`, when the bytes are no such file.
  public init(name: String, tzif bytes: [UInt8]) throws(InvalidValue) {
    let damaged = InvalidValue("zone", "\(name) has a damaged file: install tzdata anew")
    guard bytes.count <= Self.largestFile, var header = Header(bytes, at: 0) else { throw damaged }
    var width = 4
    if header.version >= 2 {
      guard let second = Header(bytes, at: header.end(width: 4)) else { throw damaged }
      header = second
      width = 8
    }
    let end = header.end(width: width)
    guard header.types > 0, end <= bytes.count else { throw damaged }
    let kinds = header.start + header.times * width
    let typeOffsets = (0..<header.types).map {
      Int(Int32(truncatingIfNeeded: bytes.bigEndian(at: kinds + header.times + $0 * 6, width: 4)))
    }
    let names = bytes[header.names(width: width)..<header.names(width: width) + header.characters]
    let typeNames = (0..<header.types).map { index in
      let start = Int(bytes[kinds + header.times + index * 6 + 5])
      return String(
        decoding: names.dropFirst(start).prefix { $0 != 0 }, as: UTF8.self)
    }
    var abbreviations = [typeOffsets[0]: typeNames[0]]
    var transitions: [Int] = []
    var offsets: [Int] = []
    let firstOffset = typeOffsets[0]
    for index in 0..<header.times {
      let at = bytes.bigEndian(at: header.start + index * width, width: width)
      let kind = Int(bytes[kinds + index])
      guard kind < header.types, index == 0 || at > (transitions.last ?? .min) else {
        throw damaged
      }
      abbreviations[typeOffsets[kind]] = typeNames[kind]
      guard typeOffsets[kind] != offsets.last ?? firstOffset else { continue }
      // A time before the universe stands for no beginning.
      transitions.append(max(at, .min / 4))
      offsets.append(typeOffsets[kind])
    }
    guard typeOffsets.allSatisfy({ abs($0) < 26 * 3600 }) else { throw damaged }
    var rule: ZoneRule?
    if width == 8 {
      let footer = bytes[min(end + 1, bytes.count)...].prefix { $0 != UInt8(ascii: "\n") }
      if !footer.isEmpty {
        rule = ZoneRule(String(decoding: footer, as: UTF8.self))
        guard rule != nil else { throw damaged }
      }
    }
    self.init(
      name: name, firstOffset: firstOffset, transitions: transitions, offsets: offsets, rule: rule,
      abbreviations: abbreviations)
  }

  /// Whether a name may be looked for in a directory of zones: `America/Argentina/Ushuaia`.
  public static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 64
      && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
        guard let first = part.utf8.first, (first | 0x20).isLetter else { return false }
        return part.utf8.allSatisfy {
          ($0 | 0x20).isLetter || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
            || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+")
        }
      }
  }

  private struct Header {
    var version: Int
    var start: Int
    var times: Int
    var types: Int
    /// Bytes after the types: names, leap seconds, indicators.
    var characters: Int
    private var leaps: Int
    private var indicators: Int

    init?(_ bytes: [UInt8], at offset: Int) {
      guard offset + 44 <= bytes.count, bytes[offset..<offset + 4].elementsEqual("TZif".utf8) else {
        return nil
      }
      let digit = bytes[offset + 4]
      version = digit == 0 ? 1 : Int(digit) - 48
      let counts = (0..<6).map { bytes.bigEndian(at: offset + 20 + $0 * 4, width: 4) }
      guard counts.allSatisfy({ 0...Zone.largestFile ~= $0 }) else { return nil }
      indicators = counts[0] + counts[1]
      leaps = counts[2]
      times = counts[3]
      types = counts[4]
      characters = counts[5]
      start = offset + 44
    }

    /// Where the names of types are.
    func names(width: Int) -> Int { start + times * (width + 1) + types * 6 }

    func end(width: Int) -> Int {
      start + times * (width + 1) + types * 6 + characters + leaps * (width + 4) + indicators
    }
  }
}

extension [UInt8] {
  /// A signed integer of so many bytes, the highest first.
  fileprivate func bigEndian(at index: Int, width: Int) -> Int {
    let bits = self[index..<index + width].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return width == 8
      ? Int(truncatingIfNeeded: bits) : Int(Int32(truncatingIfNeeded: Int64(bitPattern: bits)))
  }
}

extension UInt8 {
  fileprivate var isLetter: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= self }
}
