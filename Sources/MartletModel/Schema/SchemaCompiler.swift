// Decides how the text of a schema becomes nodes: each place once, from a list of places to do, so that neither nesting
// nor chains of references can exhaust the stack.

struct SchemaCompiler {
  /// A place in the document that is a schema.
  struct Place {
    var value: JSON
    var pointer: String
    /// The URI that references are relative to.
    var base: String
  }

  let document: JSON
  let limits: SchemaLimits
  var index: SchemaIndex
  private var nodes: [SchemaNode] = []
  private var numbers: [JSONText: Int] = [:]
  private var places: [Place] = []
  private var patterns: [JSONText: Pattern] = [:]

  init(_ document: JSON, limits: SchemaLimits) {
    self.document = document
    self.limits = limits
    index = SchemaIndex()
  }

  /// Compiles the document and all that it refers to; the first node is the whole.
  mutating func compile() throws(SchemaError) -> [SchemaNode] {
    try index.collect(document, limit: limits.nodes)
    _ = try number(of: Place(value: document, pointer: "", base: index.rootBase))
    var done = 0
    while done < places.count {
      nodes[done].keywords = try keywords(of: places[done])
      // The value is no longer needed.
      places[done].value = .null
      done += 1
    }
    try refuseEndlessReferences()
    return nodes
  }

  /// The number of the node for a place, which is put on the list when it is new.
  mutating func number(of place: Place) throws(SchemaError) -> Int {
    if let number = numbers[JSONText(place.pointer)] { return number }
    guard nodes.count < limits.nodes else {
      throw SchemaError(
        pointer: place.pointer, problem: "is one schema too many: at most \(limits.nodes)")
    }
    numbers[JSONText(place.pointer)] = nodes.count
    nodes.append(SchemaNode(pointer: place.pointer))
    places.append(place)
    return nodes.count - 1
  }

  /// The node for a schema that is a member, or a member of a member, of another.
  mutating func child(
    _ value: JSON, of place: Place, _ names: String...
  ) throws(SchemaError) -> Int {
    let pointer = names.reduce(place.pointer) { $0 + "/" + JSONPointer.escaped($1) }
    return try number(
      of: Place(value: value, pointer: pointer, base: index.bases[JSONText(pointer)] ?? place.base))
  }

  mutating func pattern(_ text: String, _ pointer: String) throws(SchemaError) -> Pattern {
    if let known = patterns[JSONText(text)] { return known }
    do throws(PatternFault) {
      let pattern = try Pattern(text)
      patterns[JSONText(text)] = pattern
      return pattern
    } catch {
      let excerpt = JSON.string(JSONText(text)).excerpt()
      throw SchemaError(
        pointer: pointer, problem: "has the expression \(excerpt), which \(error.problem)")
    }
  }

  /// Refuses schemas that come back to themselves without going deeper into the value.
  private func refuseEndlessReferences() throws(SchemaError) {
    enum Mark { case new, open, done }
    var marks = [Mark](repeating: .new, count: nodes.count)
    for start in nodes.indices where marks[start] == .new {
      var path: [(node: Int, next: [Int])] = [(start, nodes[start].keywords.flatMap(\.inPlace))]
      marks[start] = .open
      while let last = path.indices.last {
        guard let next = path[last].next.popLast() else {
          marks[path[last].node] = .done
          path.removeLast()
          continue
        }
        switch marks[next] {
        case .done: continue
        case .open:
          throw SchemaError(
            pointer: nodes[next].pointer,
            problem: "refers to itself without going deeper: put the reference into properties or"
              + " items")
        case .new:
          marks[next] = .open
          path.append((next, nodes[next].keywords.flatMap(\.inPlace)))
        }
      }
    }
  }
}
