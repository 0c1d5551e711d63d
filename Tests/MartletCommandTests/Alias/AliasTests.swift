// Decides that every other spelling reaches a command there is, and that words in other places stay what they are.

import ArgumentParser
import Testing

@testable import martlet

@Suite struct AliasTests {
  @Test(arguments: Alias.table)
  func everyRowMeansACommandThereIs(_ row: Alias) {
    let words = CommandWords(row.spelled + ["thing"]).words
    var command: any ParsableCommand.Type = Program.self
    for word in words where !command.configuration.subcommands.isEmpty {
      // A noun alone.
      if word == "thing", command != Program.self { break }
      guard let next = command.child(word) else {
        Issue.record("\(row.spelled) means \(words), but there is no '\(word)'")
        return
      }
      command = next
    }
    #expect(row.runsLine || words.last == "thing", "arguments stay behind")
  }

  @Test(arguments: [
    ("concurrency-limit create external-api 5", "limit create external-api 5"),
    ("gcl create api --limit 5 --slot-decay-per-second 0.5", "limit create api --decay 0.5 5"),
    ("global-concurrency-limit update api -l 7", "limit set api 7"),
    ("gcl disable api", "limit set --disable-enforcement api"),
    ("global-concurrency-limits inspect api", "limit get api"),
    ("flow-runs inspect x", "flow-run get x"), ("flow-run delete x y", "flow-run rm x y"),
    ("work-queue delete q --pool p", "work-pool queue rm q --pool p"),
    ("work-pools delete p", "work-pool rm p"), ("flows list --limit 3", "flow ls --limit 3"),
    (
      "deployment schedule create f/d --interval 60 --interval-anchor 2026-01-01 -y",
      "deployment schedule add f/d --interval 60 --anchor 2026-01-01"
    ),
    ("deployments schedules delete f/d s -y", "deployment schedule rm f/d s"),
    ("deployment schedule clear f/d --accept-yes", "deployment schedule rm --all f/d"),
    ("deployment schedule create f/d --no-active", "deployment schedule add f/d --paused"),
    ("deployment clear-schedules f/d -y", "deployment schedule rm --all f/d"),
    ("work-queue inspect q -p p", "work-pool queue get q -p p"),
    ("work-queue read-runs q -p p", "work-pool queue preview q -p p"),
    (
      "deployment run f/d -t x -jv a=b --watch --watch-interval 5",
      "deployment run f/d --tag x --job-variable a=b --watch"
    ),
    ("worker start -p a --prefetch-seconds=5 -w q", "worker start -p a --queue q"),
    ("worker start --install-policy always -p a", "worker start -p a"),
    ("deploy --no-prompt f.py:g -n x", "deploy f.py:g -n x"),
    ("deployments ls --flow-name f", "deployment ls --flow f"),
    ("flow-run ls --state-type FAILED --flow-name=f", "flow-run ls --state FAILED --name=f"),
    ("work-pool create p --base-job-template a.json", "work-pool create p --base-template a.json"),
    ("work-pool ls --verbose", "work-pool ls"), ("version --omit-integrations", "version"),
    ("cloud login --key k/l", "config set MARTLET_API_KEY=k/l"),
    ("cloud workspace set --workspace me/lab", "config set MARTLET_NAMESPACE=lab"),
    (
      "cloud login -k k --workspace=lab --profile p",
      "config set --profile p MARTLET_API_KEY=k MARTLET_NAMESPACE=lab"
    ),
    ("work-queues preview q --pool p", "work-pool queue preview q --pool p"),
    (
      "work-pool set-concurrency-limit p 5 --profile lab",
      "work-pool update p --concurrency-limit=5 --profile lab"
    ),
    ("work-pools clear-concurrency-limit p", "work-pool update --concurrency-limit=-1 p"),
    (
      "work-queue set-concurrency-limit --pool p q 7",
      "work-pool queue update --pool p q --concurrency-limit=7"
    ),
    (
      "work-queue clear-concurrency-limit q --pool=p",
      "work-pool queue update --concurrency-limit=-1 q --pool=p"
    ),
    ("backfills list", "backfill ls"), ("variable inspect v", "variable inspect v"),
    ("variable unset v", "variable rm v"),
    ("events stream --format json", "event tail --follow --output json"),
    ("server database upgrade -y", "server migrate up"), ("profile inspect a", "profile get a"),
    ("help gcl create", "help limit create"),
    // Names of things are no verbs.
    ("limit get inspect", "limit get inspect"), ("variable set delete 1", "variable set delete 1"),
    ("run -- gcl inspect", "run -- gcl inspect"),
    ("limit exec delete -- x --limit 1", "limit exec delete -- x --limit 1"),
    ("limit create a --limit=3 -- --limit", "limit create a 3 -- --limit"),
  ])
  func rewrites(_ typed: String, _ meant: String) {
    #expect(CommandWords(words(typed)).words == words(meant))
  }

  @Test func aLineOfShellBecomesACommand() {
    let words = CommandWords([
      "shell", "watch", "curl x | wc", "--flow-name", "n", "--stream-stdout",
    ])
    #expect(words.words == ["run", "--name", "n", "--", "/bin/sh", "-c", "curl x | wc"])
  }

  @Test func globalOptionsStandBeforeTheCommand() {
    #expect(CommandWords(words("-p lab --no-prompt limits ls")).profile == "lab")
    #expect(CommandWords(words("-p lab --no-prompt limits ls")).words == ["limit", "ls"])
    #expect(CommandWords(words("--profile=lab version")).profile == "lab")
    #expect(CommandWords(words("limit ls --profile lab")).words == words("limit ls --profile lab"))
    #expect(CommandWords([]).words == [])
    #expect(CommandWords(["--profile"]).words == ["--profile"])
  }

  @Test func noCommandHasASecondMechanism() {
    func check(_ command: any ParsableCommand.Type) {
      #expect(command.configuration.aliases.isEmpty, "\(command)")
      command.configuration.subcommands.forEach(check)
    }
    check(Program.self)
  }

  private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
}

extension ParsableCommand {
  /// The subcommand of a name.
  fileprivate static func child(_ name: String) -> (any ParsableCommand.Type)? {
    configuration.subcommands.first { $0._commandName == name }
  }
}
