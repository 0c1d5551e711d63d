// Decides the order of the changing columns of run_state, the same for inserts and updates.

import MartletModel
import MartletPostgres

extension ParameterBuffer {
  /// Binds every changing column of the rows, from `state_type` to `tally`.
  mutating func bindStates(_ rows: [RunSnapshot]) {
    bindArray(count: rows.count) { rows[$0].stateType }
    bindArray(count: rows.count) { rows[$0].stateName }
    bindArray(count: rows.count) { rows[$0].epoch }
    bindArray(of: ExecutionID.self, count: rows.count) { rows[$0].executionID }
    bindArray(of: SessionID.self, count: rows.count) { rows[$0].sessionID }
    bindArray(count: rows.count) { rows[$0].lastSeq }
    bindArray(count: rows.count) { rows[$0].revision }
    bindArray(count: rows.count) { rows[$0].attempt }
    bindArray(of: Instant.self, count: rows.count) { rows[$0].startTime }
    bindArray(of: Instant.self, count: rows.count) { rows[$0].endTime }
    bindArray(count: rows.count) { rows[$0].transitionTime }
    bindArray(count: rows.count) { rows[$0].runningTime }
    bindArray(count: rows.count) { rows[$0].isPresumptive }
    bindArray(of: Instant.self, count: rows.count) { rows[$0].dueTime }
    bindArray(of: PostgresJSON.self, count: rows.count) {
      rows[$0].isUntallied ? nil : PostgresJSON(rows[$0].tally.json.text)
    }
  }
}

extension NewRun {
  /// The parameters as they are stored; nil for none.
  var parameterJSON: PostgresJSON? { parameters.isEmpty ? nil : PostgresJSON(parameters) }
}

extension PostgresUUID {
  /// A UUIDv7 of the server's own, for rows that no client names.
  static func v7(now: Instant) -> PostgresUUID {
    let id = RunID.v7(now: now, random: (.random(in: 0 ... .max), .random(in: 0 ... .max)))
    return PostgresUUID(high: id.value.high, low: id.value.low)
  }
}

/// Texts as a Postgres array literal: every element quoted, byte by byte, for a quote before a
/// combining mark is no character of its own in Swift.
func arrayLiteral(_ texts: [String]) -> String {
  var literal: [UInt8] = [UInt8(ascii: "{")]
  for (index, text) in texts.enumerated() {
    if index > 0 { literal.append(UInt8(ascii: ",")) }
    literal.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        literal.append(UInt8(ascii: "\\"))
      }
      literal.append(byte)
    }
    literal.append(UInt8(ascii: "\""))
  }
  literal.append(UInt8(ascii: "}"))
  return String(decoding: literal, as: UTF8.self)
}
