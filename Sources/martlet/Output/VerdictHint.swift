// Decides what a person may do about a verdict that is not ACCEPTED.

import MartletProto

extension Verdict {
  /// The reason, with what helps where something does.
  var advice: String { hint.map { "\(reason): \($0)" } ?? reason }

  private var hint: String? {
    switch reason {
    case "RUN_FINISHED":
      "it has ended; `martlet flow-run retry` has it tried again, `set-state --force` sets any state"
    case "RUN_NOT_FINISHED": "it has not ended; `martlet flow-run cancel` stops it"
    case "RUN_OWNED": "a process has it; cancel it, or set the state with --force"
    case "RUN_NOT_PAUSED": "it is not paused; `martlet explain` says what it waits for"
    case "RUN_CANCELLING": "it is being cancelled and can only become CANCELLED"
    case "CLAIM_REQUIRED": "no process has it, as this state needs"
    case "PARENT_STOPPED": "the enclosing run has ended; have that one tried again"
    case "ILLEGAL_TRANSITION":
      "only a process that has it may report that; --force sets it all the same"
    default: nil
    }
  }
}
