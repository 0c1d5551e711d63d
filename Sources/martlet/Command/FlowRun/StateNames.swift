// Decides how the types of states are written on the command line.

import MartletModel

/// The names of all types of states, such as RUNNING.
let stateNames = StateType.allCases.map(\.description)
