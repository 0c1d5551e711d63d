// Decides what the promises of the architecture come to in a simulated world: each that a model of runs and
// slots can break, by the name that a violation is reported under.

/// What must hold whatever goes wrong.
public enum Promise: String, Sendable, CaseIterable {
  /// Promise 1: at most one owner, and user code starts only while its claim is current.
  case oneOwner = "one owner at a time"
  /// Promise 1: what has ended stays ended, but for a presumed crash or an operator's word.
  case neverRevived = "what has ended is not revived"
  /// Promise 1: no child starts once its parent was stopped, and the cascade reaches every child.
  case stoppedParents = "children of a stopped parent do not start"
  /// Promises 2 and 6: what was acknowledged is there.
  case nothingLost = "nothing acknowledged is lost"
  /// Promises 2 and 6: one seq, one transition, one event.
  case nothingDoubled = "nothing is doubled"
  /// Promise 2: the transitions of a run follow each other.
  case inOrder = "the transitions of a run are in order"
  /// Promise 3: nothing stays beyond its bound, and nobody healthy is taken for dead.
  case withinBounds = "nothing stays beyond its bound"
  /// Retries and reruns are as many, and as late, as the run's policy says.
  case withinPolicy = "attempts are within the policy"
  /// Promise 5: never more slots than the limit has.
  case slotsWithinLimit = "slots are within the limit"
  /// Promise 5: first come, first served.
  case firstComeFirstServed = "who came first is served first"
  /// Promise 5: slots come back when their holder dies.
  case slotsComeBack = "slots come back"
}
