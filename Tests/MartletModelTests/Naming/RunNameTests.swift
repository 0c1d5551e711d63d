// Decides that names are made of enough words, and always the same for the same id.

import MartletModel
import Testing

@Suite struct RunNameTests {
  @Test func namesHaveTwoWords() {
    var names: Set<String> = []
    for number in 0..<20_000 as Range<UInt64> {
      let id = RunID(high: number, low: number &* 77)
      let name = RunName.made(for: id, of: NewRun(kind: .flow, definition: "f"))
      names.insert(name)
      #expect(name.split(separator: "-").count == 2)
    }
    // 300 times 300 words and more: few of 20,000 meet.
    #expect(names.count > 17_000)
    let words = names.reduce(into: (Set<Substring>(), Set<Substring>())) { sets, name in
      sets.0.insert(name.split(separator: "-")[0])
      sets.1.insert(name.split(separator: "-")[1])
    }
    #expect(words.0.count >= 200 && words.1.count >= 200)
  }

  @Test func tasksCarryTheirDefinition() {
    #expect(RunName.task("get_number", random: 0x3A9) == "get_number-3a9")
    #expect(RunName.task("get_number", random: 0xF001) == "get_number-001")
    #expect(RunName.task("", random: 0) == "run-000")
    let id = RunID(high: 1, low: 2)
    let task = NewRun(kind: .task, definition: "näher")
    #expect(RunName.made(for: id, of: task) == RunName.made(for: id, of: task))
    #expect(RunName.made(for: id, of: task).hasPrefix("näher-"))
  }
}
