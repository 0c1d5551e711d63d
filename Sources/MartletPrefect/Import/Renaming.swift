// Decides what becomes of ids that are others here: flows, deployments, schedules, pools and queues are given new ones, and
// whatever names them names the new.

package import MartletModel

/// Ids of Prefect's and what they are here.
package struct Renaming: Sendable {
  private var ids: [String: String] = [:]

  /// Begins with none.
  package init() {}

  /// Notes what an id is here.
  package mutating func note(_ old: String, is new: String) { if !new.isEmpty { ids[old] = new } }

  /// How many are known.
  package var count: Int { ids.count }

  /// The id here; the same when it is not another.
  package func id(_ old: String) -> String { ids[old] ?? old }

  /// The value with every id in it as it is here, also where one stands at the end of a name such as
  /// `prefect.deployment.ID`.
  package func renamed(_ value: JSON) -> JSON {
    switch value {
    case .string(let text): .text(name(text.text))
    case .array(let values): .array(values.map { renamed($0) })
    case .object(let members): .object(members.pairs.map { (name($0.name), renamed($0.value)) })
    case .null, .bool, .number: value
    }
  }

  private func name(_ text: String) -> String {
    guard text.utf8.count >= 36 else { return text }
    let last = String(text.suffix(36))
    guard let new = ids[last] else { return text }
    let front = text.dropLast(36)
    return front.isEmpty || front.hasSuffix(".") ? front + new : text
  }
}
