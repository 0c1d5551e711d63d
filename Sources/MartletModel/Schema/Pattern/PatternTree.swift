// Decides what an expression is made of once read, and how that becomes steps.

indirect enum PatternTree {
  case empty
  case scalar(ScalarSet)
  case assertion(PatternAssertion)
  case sequence([PatternTree])
  case choice([PatternTree])
  /// At most nil: without end.
  case repetition(PatternTree, least: Int, most: Int?)
}

struct PatternCompiler {
  private(set) var program: [PatternInstruction] = []
  private var effort = 4 * Pattern.longestProgram

  /// Appends the steps of a tree.
  mutating func compile(_ tree: PatternTree) throws(PatternFault) {
    // A repetition of nothing adds no step and must be bounded too.
    effort -= 1
    guard program.count < Pattern.longestProgram, effort > 0 else {
      throw PatternFault("is too large: repeat less")
    }
    switch tree {
    case .empty: break
    case .scalar(let set): program.append(.scalar(set))
    case .assertion(let assertion): program.append(.assertion(assertion))
    case .sequence(let parts): for part in parts { try compile(part) }
    case .choice(let parts):
      var ends: [Int] = []
      for (index, part) in parts.enumerated() {
        let split = program.count
        if index < parts.count - 1 { program.append(.split(split + 1, 0)) }
        try compile(part)
        if index < parts.count - 1 {
          ends.append(program.count)
          program.append(.jump(0))
          program[split] = .split(split + 1, program.count)
        }
      }
      for end in ends { program[end] = .jump(program.count) }
    case .repetition(let part, let least, let most):
      for _ in 0..<least { try compile(part) }
      if let most {
        var splits: [Int] = []
        for _ in least..<most {
          splits.append(program.count)
          program.append(.split(0, 0))
          try compile(part)
        }
        for split in splits { program[split] = .split(split + 1, program.count) }
      } else {
        let split = program.count
        program.append(.split(0, 0))
        try compile(part)
        program.append(.jump(split))
        program[split] = .split(split + 1, program.count)
      }
    }
  }
}
