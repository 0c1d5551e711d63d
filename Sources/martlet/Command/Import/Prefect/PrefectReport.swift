// Decides how both sides are compared at the end of an import from Prefect: what Prefect has of each kind beside what is there
// now.

/// What came of an import from Prefect.
struct PrefectReport {
  /// Kind by kind: how many Prefect has, and what became of them.
  let table: Table
  /// Whether all of it is there as Prefect has it.
  let isGood: Bool

  /// Compares what was counted in the snapshot with what was taken in.
  init(_ plan: PrefectPlan, _ pass: PrefectImport) {
    var table = Table("record", ">in Prefect", ">here", "")
    var isGood = true
    var kinds: [String] = []
    for line in PrefectPlan.lines where pass.sections.contains(line.section) {
      if !kinds.contains(line.kind) { kinds.append(line.kind) }
    }
    for kind in kinds {
      var outcomes = pass.target.counts[kind] ?? [:]
      if kind == "automation" { outcomes = pass.automations }
      let there = plan.count(ofKind: kind, in: pass.sections)
      let here = (outcomes[.there] ?? 0) + (outcomes[.replaced] ?? 0)
      let notes = RecordImport.Outcome.allCases.filter { $0 != .there }.compactMap { outcome in
        outcomes[outcome].map { "\($0) \(outcome.rawValue)" }
      }
      table.append(
        .init(kind, .bold), .init("\(there)"), .init("\(here)", here == there ? .green : .red),
        .init(notes.joined(separator: ", ")))
      if here != there { isGood = false }
    }
    self.table = table
    self.isGood = isGood
  }
}
