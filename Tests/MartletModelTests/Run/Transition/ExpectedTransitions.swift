// Decides what every situation must come to: written by hand from the semantics, in the order a person
// would ask, the first line that applies holds. It knows nothing of the rules of the state machine.

/// state | event | when | verdict and reason | to | what changes beside it
///
/// State: `-` no run, `*` any run, `ended` the four ends. Event: a state's name is its proposal.
/// To: `=` stays, `asked` the proposed state. `uses` a seq is used up, `takes` the epoch is raised and
/// the execution bound, `binds` the execution is bound, `offers` the epoch is raised and nobody bound,
/// `frees` the owner is let go, `counts` the attempt is raised, `presumes` the crash is presumptive,
/// `cascades` the children are cancelled, `retries` a retry is counted, `loses` a loss is counted, `anew`
/// what was counted and answered is forgotten, `orphans` no session vouches for the owner, `revokes` the
/// owner is fenced by a raised epoch, `answers` the pause's key and input are
/// kept, `told` the times and the word are those of what was told, `asked` it is noted that the pause is not the owner's.
let expectedTransitions = """
  # Something happens to a run that is not there.
  - | create, create claimed | parent stopped | REFUSED PARENT_STOPPED | = |
  - | create | | ACCEPTED | SCHEDULED |
  - | create claimed | | ACCEPTED | PENDING | takes uses
  - | tell | | ACCEPTED | as asked | takes told
  - | anything | | NOT_FOUND | = |

  # A create is repeated: the same content is the same run, and only its owner may speak for it.
  * | create, create claimed | other content | ALREADY_EXISTS | = |
  * | create | | EXISTING | = |
  * | create claimed | owner | DUPLICATE | = |
  * | create claimed | released | DUPLICATE | = |
  * | create claimed | stale epoch | FENCED STALE_EPOCH | = |
  * | create claimed | other execution | FENCED OTHER_EXECUTION | = |
  * | create claimed | | FENCED CLAIM_REQUIRED | = |

  # Fencing comes before all else; then the order of the owner's reports.
  * | any proposal | stale epoch | FENCED STALE_EPOCH | = |
  * | any proposal | other execution | FENCED OTHER_EXECUTION | = |
  * | any proposal | owner, repeated seq | DUPLICATE | = |
  * | any proposal | owner, seq gap | OUT_OF_SEQUENCE | = |

  # Who let the run go by itself hears its old answers, and nothing new.
  * | any proposal | released, repeated seq | DUPLICATE | = |
  ended | any proposal | released | FENCED RUN_FINISHED | = |
  * | any proposal | released | FENCED CLAIM_REQUIRED | = |

  # Nobody owns the run, the sender would.
  ended | any proposal | claimant | FENCED RUN_FINISHED | = |
  PENDING, RUNNING, CANCELLING | any proposal | claimant | FENCED RUN_OWNED | = |
  SCHEDULED, PAUSED | any proposal | claimant, owned | FENCED RUN_OWNED | = |
  PAUSED | any proposal | claimant | FENCED RUN_PAUSED | = |
  SCHEDULED | PENDING, RUNNING | claimant, seq gap | OUT_OF_SEQUENCE | = |
  SCHEDULED | PENDING, RUNNING | claimant, repeated seq | OUT_OF_SEQUENCE | = |
  SCHEDULED | PENDING, RUNNING | claimant, parent stopped | FENCED PARENT_STOPPED | = |
  SCHEDULED | PENDING, RUNNING | claimant, early | WAIT NOT_DUE | = |
  SCHEDULED | PENDING | claimant | ACCEPTED | PENDING | takes uses
  SCHEDULED | RUNNING | claimant, parent paused | WAIT PARENT_PAUSED | = |
  SCHEDULED | RUNNING | claimant, slots full | WAIT AWAITING_CONCURRENCY_SLOT | = |
  SCHEDULED | RUNNING | claimant, slots refused | REPLACED LIMIT_FULL | CANCELLED | takes uses cascades
  SCHEDULED | RUNNING | claimant, slots closed | FENCED LIMIT_CLOSED | = |
  SCHEDULED | RUNNING | claimant | ACCEPTED | RUNNING | takes uses counts
  SCHEDULED | any proposal | claimant | FENCED CLAIM_REQUIRED | = |

  # Nobody owns the run, and its epoch is old news or an offer.
  ended | any proposal | unbound | FENCED RUN_FINISHED | = |
  SCHEDULED, RUNNING, PAUSED, CANCELLING | any proposal | unbound | FENCED CLAIM_REQUIRED | = |
  PENDING | RUNNING | unbound, seq gap | OUT_OF_SEQUENCE | = |
  PENDING | RUNNING | unbound, repeated seq | OUT_OF_SEQUENCE | = |
  PENDING | RUNNING | unbound, parent stopped | FENCED PARENT_STOPPED | = |
  PENDING | RUNNING | unbound, early | WAIT NOT_DUE | = |
  PENDING | RUNNING | unbound, parent paused | WAIT PARENT_PAUSED | = |
  PENDING | RUNNING | unbound, slots full | WAIT AWAITING_CONCURRENCY_SLOT | = |
  PENDING | RUNNING | unbound, slots refused | REPLACED LIMIT_FULL | CANCELLED | binds uses cascades
  PENDING | RUNNING | unbound, slots closed | FENCED LIMIT_CLOSED | = |
  PENDING | RUNNING | unbound | ACCEPTED | RUNNING | binds uses counts
  PENDING | any proposal | unbound | FENCED BIND_REQUIRED | = |

  # From here on the owner speaks, and it is its turn.
  SCHEDULED | RUNNING | parent stopped | REFUSED PARENT_STOPPED | = | uses
  SCHEDULED | RUNNING | early | WAIT NOT_DUE | = |
  SCHEDULED | RUNNING | parent paused | WAIT PARENT_PAUSED | = |
  SCHEDULED | RUNNING | slots full | WAIT AWAITING_CONCURRENCY_SLOT | = |
  SCHEDULED | RUNNING | slots refused | REPLACED LIMIT_FULL | CANCELLED | uses cascades
  SCHEDULED | RUNNING | slots closed | REFUSED LIMIT_CLOSED | = | uses
  SCHEDULED | RUNNING | continues | ACCEPTED | RUNNING | uses
  SCHEDULED | RUNNING | | ACCEPTED | RUNNING | uses counts
  SCHEDULED | SCHEDULED | | ACCEPTED | SCHEDULED | uses frees
  SCHEDULED | CANCELLING, CANCELLED | | ACCEPTED | asked | uses cascades
  SCHEDULED | FAILED, CRASHED | continues, retry in process | REPLACED RETRY | SCHEDULED | uses retries
  SCHEDULED | FAILED, CRASHED | continues, retry rescheduled | REPLACED RETRY | SCHEDULED | uses retries frees
  SCHEDULED | COMPLETED, FAILED, CRASHED | | ACCEPTED | asked | uses
  SCHEDULED | PENDING, PAUSED | | REFUSED ILLEGAL_TRANSITION | = | uses

  PENDING | RUNNING | parent stopped | REFUSED PARENT_STOPPED | = | uses
  PENDING | RUNNING | early | WAIT NOT_DUE | = |
  PENDING | RUNNING | parent paused | WAIT PARENT_PAUSED | = |
  PENDING | RUNNING | slots full | WAIT AWAITING_CONCURRENCY_SLOT | = |
  PENDING | RUNNING | slots refused | REPLACED LIMIT_FULL | CANCELLED | uses cascades
  PENDING | RUNNING | slots closed | REFUSED LIMIT_CLOSED | = | uses
  PENDING | RUNNING | | ACCEPTED | RUNNING | uses counts
  PENDING | PENDING | renames | ACCEPTED | PENDING | uses
  PENDING | PENDING, PAUSED | | REFUSED ILLEGAL_TRANSITION | = | uses
  PENDING | SCHEDULED | | ACCEPTED | SCHEDULED | uses frees
  PENDING | CANCELLING, CANCELLED | | ACCEPTED | asked | uses cascades
  PENDING | COMPLETED, FAILED, CRASHED | | ACCEPTED | asked | uses

  RUNNING | RUNNING | renames | ACCEPTED | RUNNING | uses
  RUNNING | SCHEDULED, PENDING, RUNNING | | REFUSED ILLEGAL_TRANSITION | = | uses
  RUNNING | PAUSED | paused before | REFUSED PAUSE_RESUMED | = | uses
  RUNNING | PAUSED | suspends | ACCEPTED | PAUSED | uses frees
  RUNNING | PAUSED | | ACCEPTED | PAUSED | uses

  # A paused run's owner asks until somebody resumed it; or it ends, for it may never have stopped.
  PAUSED | RUNNING | | WAIT RUN_PAUSED | = |
  PAUSED | SCHEDULED, PENDING, PAUSED | | REFUSED ILLEGAL_TRANSITION | = | uses

  # A failure with a retry left is no end.
  RUNNING, PAUSED | FAILED, CRASHED | retry in process | REPLACED RETRY | SCHEDULED | uses retries
  RUNNING, PAUSED | FAILED, CRASHED | retry rescheduled | REPLACED RETRY | SCHEDULED | uses retries frees
  RUNNING, PAUSED | CANCELLING, CANCELLED | | ACCEPTED | asked | uses cascades
  RUNNING, PAUSED | COMPLETED, FAILED, CRASHED | | ACCEPTED | asked | uses

  CANCELLING | CANCELLED | | ACCEPTED | CANCELLED | uses
  CANCELLING | COMPLETED, FAILED, CRASHED | | REPLACED RUN_CANCELLING | CANCELLED | uses
  CANCELLING | any proposal | | REFUSED RUN_CANCELLING | = | uses

  CRASHED | RUNNING | presumptive, parent stopped | REFUSED PARENT_STOPPED | = | uses
  CRASHED | RUNNING | presumptive, slots full | WAIT AWAITING_CONCURRENCY_SLOT | = |
  CRASHED | RUNNING | presumptive, slots refused | WAIT AWAITING_CONCURRENCY_SLOT | = |
  CRASHED | RUNNING | presumptive, slots closed | REFUSED LIMIT_CLOSED | = | uses
  CRASHED | RUNNING | presumptive | ACCEPTED | RUNNING | uses
  CRASHED | CANCELLING, CANCELLED | presumptive | ACCEPTED | asked | uses cascades
  CRASHED | FAILED, CRASHED | presumptive, retry in process | REPLACED RETRY | SCHEDULED | uses retries
  CRASHED | FAILED, CRASHED | presumptive, retry rescheduled | REPLACED RETRY | SCHEDULED | uses retries frees
  CRASHED | COMPLETED, FAILED, CRASHED | presumptive | ACCEPTED | asked | uses
  CRASHED | any proposal | presumptive | REFUSED ILLEGAL_TRANSITION | = | uses
  ended | any proposal | | REFUSED RUN_FINISHED | = | uses

  # Someone asks it to stop.
  CANCELLING | cancel | sooner | ACCEPTED | CANCELLING | cascades
  CANCELLING, CANCELLED | cancel | | UNCHANGED | = |
  CRASHED | cancel | presumptive | ACCEPTED | CANCELLED | cascades
  ended | cancel | | REFUSED RUN_FINISHED | = |
  * | cancel | owned | ACCEPTED | CANCELLING | cascades
  * | cancel | | ACCEPTED | CANCELLED | cascades

  # A lease lapses.
  * | session lapsed | session holds it not | UNCHANGED | = |
  SCHEDULED | session lapsed | loss crashes | ACCEPTED | CRASHED | presumes
  SCHEDULED | session lapsed | loss waits | ACCEPTED | SCHEDULED | orphans
  SCHEDULED, PENDING | session lapsed | | ACCEPTED | SCHEDULED | frees
  RUNNING | session lapsed | loss reruns | ACCEPTED | SCHEDULED | frees loses
  RUNNING | session lapsed | loss waits | ACCEPTED | RUNNING | orphans
  RUNNING | session lapsed | | ACCEPTED | CRASHED | presumes
  PAUSED | session lapsed | loss crashes | ACCEPTED | CRASHED | presumes
  PAUSED | session lapsed | loss waits | ACCEPTED | PAUSED | orphans
  PAUSED | session lapsed | | ACCEPTED | PAUSED | frees
  CANCELLING | session lapsed | | ACCEPTED | CANCELLED |
  * | session lapsed | | UNCHANGED | = |

  # A time passes.
  SCHEDULED | due time passed | overdue | ACCEPTED | SCHEDULED |
  SCHEDULED | due time passed | | UNCHANGED | = |
  RUNNING, PAUSED, CANCELLING | due time passed | early | UNCHANGED | = |
  RUNNING | due time passed | no retry | ACCEPTED | FAILED | cascades
  RUNNING | due time passed | | ACCEPTED | SCHEDULED | frees retries
  PAUSED | due time passed | | ACCEPTED | FAILED |
  CANCELLING | due time passed | | ACCEPTED | CANCELLED |
  * | due time passed | | UNCHANGED | = |

  # A run is offered, and the offer withdrawn.
  ended | offer | | REFUSED RUN_FINISHED | = |
  PAUSED | offer | | REFUSED RUN_PAUSED | = |
  PENDING, RUNNING, CANCELLING | offer | | REFUSED RUN_OWNED | = |
  SCHEDULED | offer | owned | REFUSED RUN_OWNED | = |
  SCHEDULED | offer | parent stopped | REFUSED PARENT_STOPPED | = |
  SCHEDULED | offer | parent paused | REFUSED PARENT_PAUSED | = |
  SCHEDULED | offer | | ACCEPTED | PENDING | offers
  PENDING | withdraw offer | unbound | ACCEPTED | SCHEDULED | frees
  * | withdraw offer | | UNCHANGED | = |
  SCHEDULED | hold | unowned, renames | ACCEPTED | SCHEDULED |
  * | hold | | UNCHANGED | = |

  # An operator asks it to pause; someone ends the pause.
  ended | pause | | REFUSED RUN_FINISHED | = |
  CANCELLING | pause | | REFUSED RUN_CANCELLING | = |
  PAUSED | pause | | UNCHANGED | = |
  * | pause | owned | ACCEPTED | PAUSED | asked
  * | pause | | ACCEPTED | PAUSED | asked frees
  PAUSED | resume | | ACCEPTED | SCHEDULED | answers
  ended | resume | | REFUSED RUN_FINISHED | = |
  * | resume | | REFUSED RUN_NOT_PAUSED | = |

  # An operator has it tried again.
  ended | retry, reschedule | parent stopped | REFUSED PARENT_STOPPED | = |
  COMPLETED | retry, reschedule | unforced | REFUSED RUN_FINISHED | = |
  ended | retry, reschedule | | ACCEPTED | SCHEDULED | frees anew
  SCHEDULED | retry | | UNCHANGED | = |
  SCHEDULED | reschedule | | ACCEPTED | SCHEDULED |
  * | retry, reschedule | | REFUSED RUN_NOT_FINISHED | = |

  # An operator gives it a state.
  * | set state | forced, asks end | ACCEPTED | as asked | revokes cascades
  * | set state | forced, asks idle | ACCEPTED | as asked | revokes
  * | set state | forced, asks cancelling, owned | ACCEPTED | as asked | cascades
  * | set state | forced, owned | ACCEPTED | as asked |
  * | set state | forced | REFUSED CLAIM_REQUIRED | = |
  * | set state | asks idle | REFUSED ILLEGAL_TRANSITION | = |
  * | set state | asks owned | REFUSED ILLEGAL_TRANSITION | = |
  * | set state | asks cancelling | REFUSED ILLEGAL_TRANSITION | = |
  ended | set state | | REFUSED RUN_FINISHED | = |
  CANCELLING | set state | | REFUSED RUN_CANCELLING | = |
  * | set state | owned | REFUSED RUN_OWNED | = |
  * | set state | | ACCEPTED | as asked | cascades

  # What has happened is told: each once, in its order, by nobody but its process; it undoes no decision but one that
  # only followed the enclosing run.
  * | tell | repeated seq | EXISTING | = |
  * | tell | other execution | FENCED OTHER_EXECUTION | = |
  * | tell | stale epoch | FENCED OTHER_EXECUTION | = |
  * | tell | overtaken | REFUSED OVERTAKEN | = |
  ended | tell | owner, word of teller | ACCEPTED | as asked | told
  ended | tell | owner, word of parent, asks end | ACCEPTED | as asked | told
  ended | tell | | REFUSED RUN_FINISHED | = |
  CANCELLING | tell | asks end | ACCEPTED | as asked | told
  CANCELLING | tell | | REFUSED RUN_CANCELLING | = |
  * | tell | owner | ACCEPTED | as asked | told
  SCHEDULED, PAUSED | tell | | ACCEPTED | as asked | takes told
  * | tell | | FENCED BIND_REQUIRED | = |
  """
