// Decides that a plan knows without a server which pools and limits no server would take, by the field that it would name.

import MartletModel
import Testing

@Suite struct ManifestRulesTests {
  private func fault(
    _ name: String = "p", isNew: Bool = true, _ change: (inout PoolManifest) -> Void = { _ in }
  )
    -> String?
  {
    var pool = PoolManifest(name: name)
    change(&pool)
    do throws(InvalidValue) { try pool.check(isNew: isNew) } catch { return error.field }
    return nil
  }

  @Test func poolsAndQueues() throws {
    #expect(fault() == nil)
    #expect(fault("a/b") == "pool.name")
    #expect(fault("Prefect-x") == "pool.name")
    // One that is there may have any name.
    #expect(fault("Prefect-x", isNew: false) == nil)
    #expect(fault { $0.limit = 2_000_000 } == "pool.concurrency_limit")
    let array = try JSON(parsing: #"{"variables": {"type": "array"}, "job": {}}"#)
    #expect(fault { $0.template = array } == "pool.template.variables.type")
    let place = try JSON(parsing: #"{"variables": {}, "job_configuration": {"a": "{{ b }}"}}"#)
    #expect(fault { $0.template = place } == "pool.template.job.a")
    func queue(_ name: String, _ change: (inout QueueManifest) -> Void = { _ in }) -> String? {
      var queue = QueueManifest(name: name)
      change(&queue)
      return fault { $0.queues = [QueueManifest(name: "fine"), queue] }
    }
    #expect(queue("q") == nil)
    #expect(queue("") == "queue.name")
    #expect(queue("q") { $0.priority = 0 } == "queue.priority")
    #expect(queue("q") { $0.limit = -1 } == "queue.concurrency_limit")
  }

  @Test func limits() {
    func fault(_ name: String, _ slots: Int, decay: Double? = nil) -> String? {
      var limit = LimitManifest(name: name, slots: slots)
      limit.decay = decay
      do throws(InvalidValue) { try limit.check() } catch { return error.field }
      return nil
    }
    #expect(fault("api", 5) == nil)
    #expect(fault("api", 0, decay: 0) == nil)
    #expect(fault("", 5) == "limit.name")
    #expect(fault("00000000-0000-0000-0000-000000000001", 5) == "limit.name")
    #expect(fault("api", -1) == "limit.slots")
    #expect(fault("api", 1 << 40) == "limit.slots")
    #expect(fault("api", 5, decay: 1e-9) == "limit.slot_decay_per_second")
  }
}
