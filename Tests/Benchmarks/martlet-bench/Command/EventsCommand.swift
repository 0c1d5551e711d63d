// Decides how the rate of published events is measured: every batch is answered when it is durable.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

struct EventsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events",
    abstract: "Events published in batches, each answered when it is durable.")

  @OptionGroup var load: LoadOptions

  @Option(help: "Calls under way on each connection.")
  var inFlight = 4

  @Option(help: "Events in each call.")
  var batch = 1000

  func run() async throws {
    let roads = try load.connect()
    let usage = load.pid.map(ProcessUsage.init)
    let before = try usage?.processorTime()
    let start = ContinuousClock.now
    let end = start + .seconds(load.seconds)
    let counts = try await onEach(roads, perRoad: inFlight) { [batch] road in
      let client = EventServiceClient(channel: road.channel)
      var count = 0
      while ContinuousClock.now < end {
        let events = (0..<batch).map { number in
          Event(
            id: Identifier.timeOrdered(), name: "order.placed",
            resource: EventResource(id: "shop.order.\(number)", labels: ["region": "north"]),
            payload: ["amount": .number(Double(number)), "currency": .string("EUR")])
        }
        let response = try await client.batchPublishEvents(
          BatchPublishEventsRequest(events: events))
        guard response.published == batch else {
          throw ValidationError("\(response.published) of \(batch) events were published")
        }
        count += batch
      }
      return count
    }
    let events = Double(counts.reduce(0, +))
    figure("events_ingested", events / ((ContinuousClock.now - start) / .seconds(1)), "1/s")
    if let before, let after = try usage?.processorTime() {
      figure("event_server_cpu", (after - before) / .microseconds(1) / events, "us")
    }
  }
}
