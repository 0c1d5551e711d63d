// Decides how statements are planned that find all their rows by key: once, for over the partitions of the history a plan
// costs more than what it does.

import MartletPostgres

extension PostgresConfiguration {
  /// The same place, where each statement is planned once. A plan made while the tables were empty must be right when they
  /// are not: always by key.
  var planningByKey: PostgresConfiguration {
    var configuration = self
    configuration.planning = .generic
    for join in ["enable_seqscan", "enable_hashjoin", "enable_mergejoin"] {
      configuration.settings[join] = "off"
    }
    return configuration
  }
}
