// Decides what every situation must come to: written by hand from the semantics, in the order a person
// would ask, the first line that applies holds. It knows nothing of the rules of the state machine.

/// state | event | when | verdict and reason | to | what changes beside it
///
/// State: `-` no run, `*` any run, `ended` the four ends. Event: a state's name is its proposal.
/// To: `=` stays, `asked` the proposed state. `uses` a seq is used up, `takes` the epoch is raised and
/// the execution bound, `binds` the execution is bound, `offers` the epoch is raised and nobody bound,
/// `frees` the owner is let go, `counts` the attempt is raised, `presumes` the crash is presumptive,
/// `cascades` the children are cancelled.
let expectedTransitions = """
  # Something happens to a run that is not there.
  - | create, create claimed | parent stopped | REFUSED PARENT_STOPPED | = |
  - | create | | ACCEPTED | SCHEDULED |
  - | create claimed | | ACCEPTED | PENDING | takes uses
  - | anything | | NOT_FOUND | = |

  # A create is repeated: the same content is the same run, and only its owner may speak for it.
  * | create, create claimed | other content | ALREADY_EXISTS | = |
  * | create | | EXISTING | = |
  * | create claimed | owner | DUPLICATE | = |
  * | create claimed | stale epoch | FENCED STALE_EPOCH | = |
  * | create claimed | other execution | FENCED OTHER_EXECUTION | = |
  * | create claimed | | FENCED CLAIM_REQUIRED | = |

  # Fencing comes before all else; then the order of the owner's reports.
  * | any proposal | stale epoch | FENCED STALE_EPOCH | = |
  * | any proposal | other execution | FENCED OTHER_EXECUTION | = |
  * | any proposal | owner, repeated seq | DUPLICATE | = |
  * | any proposal | owner, seq gap | OUT_OF_SEQUENCE | = |

  # Nobody owns the run, the sender would.
  ended | any proposal | claimant | FENCED RUN_FINISHED | = |
  PENDING, RUNNING, PAUSED, CANCELLING | any proposal | claimant | FENCED RUN_OWNED | = |
  SCHEDULED | PENDING, RUNNING | claimant, seq gap | OUT_OF_SEQUENCE | = |
  SCHEDULED | PENDING, RUNNING | claimant, repeated seq | OUT_OF_SEQUENCE | = |
  SCHEDULED | PENDING, RUNNING | claimant, parent stopped | FENCED PARENT_STOPPED | = |
  SCHEDULED | PENDING, RUNNING | claimant, early | WAIT NOT_DUE | = |
  SCHEDULED | PENDING | claimant | ACCEPTED | PENDING | takes uses
  SCHEDULED | RUNNING | claimant | ACCEPTED | RUNNING | takes uses counts
  SCHEDULED | any proposal | claimant | FENCED CLAIM_REQUIRED | = |

  # Nobody owns the run, and its epoch is old news or an offer.
  ended | any proposal | unbound | FENCED RUN_FINISHED | = |
  SCHEDULED, RUNNING, PAUSED, CANCELLING | any proposal | unbound | FENCED CLAIM_REQUIRED | = |
  PENDING | RUNNING | unbound, seq gap | OUT_OF_SEQUENCE | = |
  PENDING | RUNNING | unbound, repeated seq | OUT_OF_SEQUENCE | = |
  PENDING | RUNNING | unbound, parent stopped | FENCED PARENT_STOPPED | = |
  PENDING | RUNNING | unbound, early | WAIT NOT_DUE | = |
  PENDING | RUNNING | unbound | ACCEPTED | RUNNING | binds uses counts
  PENDING | any proposal | unbound | FENCED BIND_REQUIRED | = |

  # From here on the owner speaks, and it is its turn.
  SCHEDULED | any proposal | | REFUSED ILLEGAL_TRANSITION | = | uses

  PENDING | RUNNING | parent stopped | REFUSED PARENT_STOPPED | = | uses
  PENDING | RUNNING | early | WAIT NOT_DUE | = |
  PENDING | RUNNING | | ACCEPTED | RUNNING | uses counts
  PENDING | PENDING | renames | ACCEPTED | PENDING | uses
  PENDING | PENDING, PAUSED | | REFUSED ILLEGAL_TRANSITION | = | uses
  PENDING | SCHEDULED | | ACCEPTED | SCHEDULED | uses frees
  PENDING | CANCELLING, CANCELLED | | ACCEPTED | asked | uses cascades
  PENDING | COMPLETED, FAILED, CRASHED | | ACCEPTED | asked | uses

  RUNNING | RUNNING | renames | ACCEPTED | RUNNING | uses
  RUNNING | SCHEDULED, PENDING, RUNNING, PAUSED | | REFUSED ILLEGAL_TRANSITION | = | uses
  RUNNING | CANCELLING, CANCELLED | | ACCEPTED | asked | uses cascades
  RUNNING | COMPLETED, FAILED, CRASHED | | ACCEPTED | asked | uses

  PAUSED | any proposal | | REFUSED ILLEGAL_TRANSITION | = | uses

  CANCELLING | CANCELLED | | ACCEPTED | CANCELLED | uses
  CANCELLING | COMPLETED, FAILED, CRASHED | | REPLACED RUN_CANCELLING | CANCELLED | uses
  CANCELLING | any proposal | | REFUSED RUN_CANCELLING | = | uses

  CRASHED | RUNNING | presumptive, parent stopped | REFUSED PARENT_STOPPED | = | uses
  CRASHED | RUNNING | presumptive | ACCEPTED | RUNNING | uses
  CRASHED | CANCELLING, CANCELLED | presumptive | ACCEPTED | asked | uses cascades
  CRASHED | COMPLETED, FAILED, CRASHED | presumptive | ACCEPTED | asked | uses
  CRASHED | any proposal | presumptive | REFUSED ILLEGAL_TRANSITION | = | uses
  ended | any proposal | | REFUSED RUN_FINISHED | = | uses

  # Someone asks it to stop.
  CANCELLING, CANCELLED | cancel | | UNCHANGED | = |
  CRASHED | cancel | presumptive | ACCEPTED | CANCELLED | cascades
  ended | cancel | | REFUSED RUN_FINISHED | = |
  * | cancel | owned | ACCEPTED | CANCELLING | cascades
  * | cancel | | ACCEPTED | CANCELLED | cascades

  # A lease lapses.
  * | session lapsed | session holds it not | UNCHANGED | = |
  PENDING | session lapsed | | ACCEPTED | SCHEDULED | frees
  RUNNING | session lapsed | | ACCEPTED | CRASHED | presumes
  CANCELLING | session lapsed | | ACCEPTED | CANCELLED |
  * | session lapsed | | UNCHANGED | = |

  # A bound passes.
  CANCELLING | due time passed | due | ACCEPTED | CANCELLED |
  * | due time passed | | UNCHANGED | = |

  # A run is offered, and the offer withdrawn.
  ended | offer | | REFUSED RUN_FINISHED | = |
  PENDING, RUNNING, PAUSED, CANCELLING | offer | | REFUSED RUN_OWNED | = |
  SCHEDULED | offer | owned | REFUSED RUN_OWNED | = |
  SCHEDULED | offer | parent stopped | REFUSED PARENT_STOPPED | = |
  SCHEDULED | offer | | ACCEPTED | PENDING | offers
  PENDING | withdraw offer | unbound | ACCEPTED | SCHEDULED | frees
  * | withdraw offer | | UNCHANGED | = |
  """
