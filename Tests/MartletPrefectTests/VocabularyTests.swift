// Checks the tables in which Prefect's words meet Martlet's: each is whole, and reads the same both ways.

import MartletModel
import MartletProto
import Testing

@testable import MartletPrefect

@Suite struct VocabularyTests {
  @Test func everyTypeOfStateHasOneOfTheOther() {
    #expect(Set(StateVocabulary.rows.map(\.prefect)) == Set(Shape.StateType.allCases))
    #expect(StateVocabulary.rows.count == Shape.StateType.allCases.count)
    for type in Shape.StateType.allCases {
      #expect(StateVocabulary.prefect(StateVocabulary.martlet(type)) == type)
    }
    for type in MartletProto.StateType.allCases where type != .unspecified {
      let prefect = StateVocabulary.prefect(type)
      #expect(prefect.map(StateVocabulary.martlet) == type, "\(type)")
    }
    #expect(StateVocabulary.prefect(.unspecified) == nil)
    #expect(StateVocabulary.prefect(.unrecognized(99)) == nil)
  }

  @Test func theFirstNameOfATypeIsItsOwn() {
    for row in StateVocabulary.rows {
      let type = MartletModel.StateType(rawValue: Int16(row.martlet.rawValue))
      #expect(row.names.first == type?.defaultName)
      #expect(Set(row.names).count == row.names.count)
    }
  }

  /// A state that is proposed comes back as it was, name and data and all.
  @Test(arguments: Shape.StateType.allCases)
  func aStateSurvivesTheWayThereAndBack(_ type: Shape.StateType) throws {
    let id = UUIDValue.derived(from: ["state"])
    let run = UUIDValue.derived(from: ["run"])
    var details = Shape.StateDetails()
    details.transitionID = .derived(from: ["transition"])
    details.cacheKey = "k"
    details.scheduledTime = Instant(microseconds: 1_700_000_000_123_456)
    if type == .paused {
      details.pauseKey = "p"
      details.pauseReschedule = true
      details.pauseTimeout = Instant(microseconds: 1_700_000_001_000_000)
    }
    let data = JSON.object([("type", .text("unpersisted")), ("n", .integer(3))])
    let state = State(
      type, name: "Mine", message: "said", details: details, data: data, id: id,
      observed: Instant(microseconds: 5))
    let shown = Shape.State(state, of: run.text, kind: .task, revision: 4)
    #expect(shown.id == id)
    #expect(shown.type == type)
    #expect(shown.name == "Mine")
    #expect(shown.message == "said")
    #expect(shown.data == data)
    #expect(shown.timestamp == Instant(microseconds: 5))
    var expected = details
    expected.taskRunID = run
    if type == .paused {
      #expect(shown.stateDetails?.pauseReschedule == true)
    }
    #expect(shown.stateDetails?.members == expected.members)
  }

  @Test func aStateWithoutAnIdHasOneThatFollowsFromItsPlace() {
    let run = UUIDValue.derived(from: ["run"]).text
    let state = State(type: .running, name: "Running")
    let id = state.prefectID(of: run, revision: 3)
    #expect(id == state.prefectID(of: run, revision: 3))
    #expect(id != state.prefectID(of: run, revision: 4))
    #expect(id.version == 8)
  }

  @Test func everyVerdictHasAStatus() {
    #expect(VerdictVocabulary.status(.accepted, nil) == .accept)
    #expect(VerdictVocabulary.status(.replaced, .retry) == .reject)
    #expect(VerdictVocabulary.status(.wait, .notDue) == .wait)
    #expect(VerdictVocabulary.status(.unspecified, nil) == .abort)
    for reason in Reason.allCases {
      let status = VerdictVocabulary.status(.refused, reason)
      #expect(status == VerdictVocabulary.status(.fenced, reason))
      #expect(status == (VerdictVocabulary.adopts(reason) ? .reject : .abort))
      #expect(!VerdictVocabulary.sentence(reason).isEmpty)
    }
  }

  /// The answers of Prefect's own rules, which look at what was asked for and at what the run is.
  @Test func anAnswerDependsOnWhatWasAskedFor() {
    func answer(
      _ reason: Reason, to proposed: Shape.StateType, from type: MartletProto.StateType,
      deployment: String = ""
    ) -> StateAnswer {
      var run = Run()
      run.kind = .flow
      run.state = State(type: type)
      run.deploymentID = deployment
      var verdict = MartletProto.Verdict()
      verdict.code = .refused
      verdict.reason = reason.rawValue
      return StateAnswer(verdict, to: proposed, of: run)
    }
    for proposed in [Shape.StateType.paused, .cancelling, .crashed] {
      let told = answer(.runFinished, to: proposed, from: .failed)
      #expect(told.status == .abort)
      #expect(told.sentence == "Run is already in terminal state FAILED.")
    }
    #expect(answer(.runFinished, to: .completed, from: .cancelled).status == .reject)
    #expect(answer(.runFinished, to: .scheduled, from: .failed).status == .abort)
    #expect(answer(.runOwned, to: .pending, from: .pending).status == .abort)
    #expect(answer(.illegalTransition, to: .paused, from: .pending).status == .reject)
    #expect(answer(.runCancelling, to: .running, from: .cancelling).status == .reject)
  }

  /// Who asks for a stop of what nobody runs gets CANCELLED, another state than the one asked for.
  @Test func aStopAtOnceIsAnotherStateThanAskedFor() {
    var verdict = MartletProto.Verdict()
    verdict.code = .accepted
    verdict.state = State(type: .cancelled)
    for (type, status) in [
      (MartletProto.StateType.scheduled, Shape.SetStateStatus.reject), (.paused, .reject),
      (.cancelled, .abort),
    ] {
      var run = Run()
      run.kind = .flow
      run.state = State(type: type)
      #expect(StateAnswer(verdict, to: .cancelling, of: run).status == status)
      #expect(StateAnswer(verdict, to: .cancelled, of: run).status == .accept)
    }
  }

  /// What Prefect's worker relies on when two of them claim one run, and its engine when a run was cancelled under it.
  @Test func claimsAbortAndEndsAreAdopted() {
    #expect(VerdictVocabulary.status(.fenced, .runOwned) == .abort)
    #expect(VerdictVocabulary.status(.refused, .illegalTransition) == .abort)
    #expect(VerdictVocabulary.status(.refused, .runFinished) == .reject)
    #expect(VerdictVocabulary.status(.replaced, .runCancelling) == .reject)
    #expect(VerdictVocabulary.status(.refused, .pauseResumed) == .reject)
  }
}
