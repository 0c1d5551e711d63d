// Decides what `pattern` means: ECMA-262 with the flag u, without what only backtracking can match (look-around and
// back references, which pydantic has not either). A text is matched by going through all ways at once, so that the time
// is at most the product of the two lengths.

/// A regular expression, compiled.
struct Pattern: Sendable {
  /// The expression as written.
  let text: String
  let program: [PatternInstruction]

  /// The most instructions of one expression; repetitions such as `{500}` are written out.
  static let longestProgram = 5_000

  /// Compiles an expression.
  /// - Throws: what it has that cannot be matched here.
  init(_ text: String) throws(PatternFault) {
    var parser = PatternParser(text)
    let tree = try parser.expression()
    var compiler = PatternCompiler()
    try compiler.compile(tree)
    self.text = text
    program = compiler.program + [.match]
  }

  /// Whether the expression matches somewhere in a text.
  ///
  /// - Parameter effort: lowered by what it cost; when it falls below 0 the answer means nothing.
  func matches(_ text: String, effort: inout Int) -> Bool {
    let scalars = text.unicodeScalars
    var current = PatternThreads(capacity: program.count)
    var next = PatternThreads(capacity: program.count)
    var before: Unicode.Scalar?
    var index = scalars.startIndex
    while true {
      let here = index < scalars.endIndex ? scalars[index] : nil
      // A match may begin at every place.
      if current.add(0, program, before, here) { return true }
      effort -= 1 + current.count
      guard let here, effort >= 0 else { return false }
      index = scalars.index(after: index)
      let after = index < scalars.endIndex ? scalars[index] : nil
      next.removeAll()
      for place in current.consuming {
        guard case .scalar(let set) = program[place], set.contains(here) else { continue }
        if next.add(place + 1, program, here, after) { return true }
      }
      swap(&current, &next)
      before = here
    }
  }
}

/// Why an expression is refused.
struct PatternFault: Error, Equatable {
  /// To be read after the expression: "has a group that does not end".
  let problem: String

  init(_ problem: String) { self.problem = problem }
}

/// A step of a compiled expression.
enum PatternInstruction: Sendable {
  case scalar(ScalarSet)
  case assertion(PatternAssertion)
  /// Goes on at both places.
  case split(Int, Int)
  case jump(Int)
  case match
}

/// A condition on a place between two characters.
enum PatternAssertion: Sendable {
  case start, end, wordBoundary, notWordBoundary

  func holds(_ before: Unicode.Scalar?, _ after: Unicode.Scalar?) -> Bool {
    switch self {
    case .start: before == nil
    case .end: after == nil
    case .wordBoundary: Self.isWord(before) != Self.isWord(after)
    case .notWordBoundary: Self.isWord(before) == Self.isWord(after)
    }
  }

  private static func isWord(_ scalar: Unicode.Scalar?) -> Bool {
    scalar.map(ScalarSet.word.contains) ?? false
  }
}

/// The places that a match has come to, each once.
private struct PatternThreads {
  private var isThere: [Bool]
  private var visited: [Int] = []
  /// Those that wait for a character.
  private(set) var consuming: [Int] = []
  private var stack: [Int] = []

  init(capacity: Int) { isThere = [Bool](repeating: false, count: capacity) }

  var count: Int { visited.count }

  mutating func removeAll() {
    for place in visited { isThere[place] = false }
    visited.removeAll(keepingCapacity: true)
    consuming.removeAll(keepingCapacity: true)
  }

  /// Adds a place and all that follow without a character; true when the match is complete.
  mutating func add(
    _ first: Int, _ program: [PatternInstruction], _ before: Unicode.Scalar?,
    _ after: Unicode.Scalar?
  ) -> Bool {
    stack.append(first)
    while let place = stack.popLast() {
      if isThere[place] { continue }
      isThere[place] = true
      visited.append(place)
      switch program[place] {
      case .scalar: consuming.append(place)
      case .assertion(let assertion):
        if assertion.holds(before, after) { stack.append(place + 1) }
      case .split(let one, let other):
        stack.append(one)
        stack.append(other)
      case .jump(let target): stack.append(target)
      case .match: return true
      }
    }
    return false
  }
}
