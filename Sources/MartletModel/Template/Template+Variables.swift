// Decides which variables a template names that it does not make itself.

extension Template {
  /// The names of the variables whose values it is to be given.
  public var variables: Set<String> { Self.variables(nodes) }

  private static func variables(_ nodes: [Node]) -> Set<String> {
    nodes.reduce(into: []) { names, node in
      switch node {
      case .text: break
      case .output(let expression): names.formUnion(expression.variables)
      case .condition(let condition, let then, let otherwise):
        names.formUnion(condition.variables)
        names.formUnion(variables(then))
        names.formUnion(variables(otherwise))
      case .loop(let name, let items, let body, let otherwise):
        names.formUnion(items.variables)
        names.formUnion(variables(body).subtracting([name]))
        names.formUnion(variables(otherwise))
      }
    }
  }
}

extension TemplateExpression {
  /// The names of the variables in it.
  var variables: Set<String> {
    switch self {
    case .constant: []
    case .variable(let name): [name]
    case .member(let left, let right), .and(let left, let right), .or(let left, let right),
      .equal(let left, let right):
      left.variables.union(right.variables)
    case .filter(_, let input, let arguments):
      arguments.reduce(input.variables) { $0.union($1.variables) }
    case .not(let operand): operand.variables
    }
  }
}
