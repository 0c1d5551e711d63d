// Decides how metrics are written for Prometheus: text format 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/).

/// A page of metrics.
struct PrometheusText {
  /// The media type of the page.
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private(set) var text = ""

  /// Begins a family of samples.
  mutating func family(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  /// Adds a sample.
  mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
    text += name
    if !labels.isEmpty {
      text += "{"
      for (index, label) in labels.enumerated() {
        text += "\(index == 0 ? "" : ",")\(label.0)=\"\(Self.escaped(label.1))\""
      }
      text += "}"
    }
    text += " \(value)\n"
  }

  /// Adds the samples of a histogram whose values are multiplied by `scale`.
  mutating func histogram(
    _ name: String, _ labels: [(String, String)], _ cell: HistogramCell, scale: Double
  ) {
    let counts = cell.counts
    var total: Int64 = 0
    for (index, bound) in cell.bounds.enumerated() {
      total += counts[index]
      sample(name + "_bucket", labels + [("le", Self.number(Double(bound) * scale))], "\(total)")
    }
    total += counts[cell.bounds.count]
    sample(name + "_bucket", labels + [("le", "+Inf")], "\(total)")
    sample(name + "_sum", labels, Self.number(Double(cell.sum) * scale))
    sample(name + "_count", labels, "\(total)")
  }

  /// A number without a needless fraction, rounded to twelve digits so that 0.1 is written as 0.1.
  static func number(_ value: Double) -> String {
    guard value.isFinite else {
      return value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf"
    }
    let step = 1e12
    let rounded = abs(value) < 1000 ? (value * step).rounded() / step : value
    if rounded == rounded.rounded(), abs(rounded) < 1e15 { return "\(Int64(rounded))" }
    return "\(rounded)"
  }

  /// A metric or label name: what does not fit becomes an underscore.
  static func name(_ label: String) -> String {
    var name = String(
      label.unicodeScalars.map { scalar in
        let fits =
          scalar.isASCII
          && (scalar.properties.isAlphabetic || scalar == "_" || ("0"..."9").contains(scalar))
        return fits ? Character(scalar) : "_"
      })
    if let first = name.first, first.isNumber { name = "_" + name }
    return name
  }

  private static func escaped(_ value: String) -> String {
    var escaped = ""
    for character in value {
      switch character {
      case "\\": escaped += "\\\\"
      case "\"": escaped += "\\\""
      case "\n": escaped += "\\n"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
