// Decides how mistakes are told in what the command line says as a manifest would.

import ArgumentParser
import MartletModel

extension ManifestReader {
  /// Reads what flags say. When something is wrong, tells which flags and leaves.
  func readFlags(_ tree: JSON) throws -> Manifest {
    do throws(ManifestError) { return try read(tree).manifest } catch {
      for problem in error.problems {
        // The way of a problem of flags ends in the flag.
        let names = problem.place.steps.compactMap { step in
          if case .name(let name) = step { return name.text }
          return nil
        }
        let flag = names.last.map { Self.flags[$0] ?? "--\($0.replacing("_", with: "-"))" } ?? ""
        complain("martlet: \(flag): \(problem.text)")
      }
      throw ExitCode(ExitStatus.usage.rawValue)
    }
  }

  /// Reads the schedules that flags give.
  func schedules(_ entries: [JSON]) throws -> [ScheduleManifest] {
    // A manifest has schedules in deployments only.
    let deployment = JSON.object([
      ("name", .text("schedules")), ("flow", .text("schedules")), ("schedules", .array(entries)),
    ])
    let tree = JSON.object([("deployments", .array([deployment]))])
    return try readFlags(tree).deployments.first?.schedules ?? []
  }

  private static let flags = [
    "entrypoint": "the entrypoint", "parameters": "--param", "job_variables": "--job-variable",
    "tags": "--tag", "limit": "--concurrency-limit", "on_collision": "--collision-strategy",
    "schedules": "the schedule",
  ]
}
