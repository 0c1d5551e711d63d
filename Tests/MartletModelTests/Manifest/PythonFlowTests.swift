// Decides that flows are found in Python sources without running them.

import MartletModel
import Testing

@Suite struct PythonFlowTests {
  @Test func namesAreFound() {
    let source = #"""
      """A module
      @flow
      def not_this(): ...
      """
      from prefect import flow, task

      @task(name="x")
      def a_task(): ...

      @flow
      def plain_one(): ...

      @flow(name="etl-pipeline", log_prints=True)
      def etl_pipeline(api_url: str = "https://api.example.com/data"):
          # def hidden(): ...
          print('@flow')

      @flow(
          task_runner=Runner(name="no"),
          description="name='no'",  # name="no"
          name = 'ETL Pipeline',
      )
      async def spread(): ...

      @some.decorator
      @martlet.flow(flow_run_name="no", retries=2)
      @other(name="no")
      def stacked_one(): ...

      class Kept:
          @flow
          def method(self): ...
      x = "@flow"
      def no_flow(): ...
      @flow(name=f"{x}")
      def computed(): ...
      @martlet.flow("nightly etl", retries=2)
      def named_first(): ...
      """#
    #expect(
      PythonFlow.all(in: source).map { "\($0.function)=\($0.name)" } == [
        "plain_one=plain-one", "etl_pipeline=etl-pipeline", "spread=ETL Pipeline",
        "stacked_one=stacked-one", "method=method", "computed=computed",
        "named_first=nightly etl",
      ])
  }

  @Test(arguments: [
    "", "@flow", "@flow(", "'''", "\"", "\\", "@flow(name='", "def", "@flow\ndef f",
  ])
  func whatIsNoSourceIsNoFlow(_ source: String) {
    #expect(PythonFlow.all(in: source).count <= 1)
  }

  @Test(arguments: [
    ("flows/a.py:f", true), ("a.py:Class.method", true), ("a.py", false), (":f", false),
    ("a.py:", false), ("a.py:1f", false), ("a.py:f()", false), ("flows/a:f", false),
    ("flows.a:f", true), ("flows.a.f", true), ("a:f", true), ("f", false), (".a.f", false),
    ("flows..a:f", false), ("flows/a.f", false), (".py:f", false), ("a.b:C.f", true),
  ])
  func entrypoints(_ text: String, _ isGood: Bool) {
    #expect((ManifestEntrypoint(text) != nil) == isGood)
  }

  @Test(arguments: [
    ("flows/a.py:f", "flows/a.py:f", ["flows/a.py"]),
    ("flows.a:f", "flows.a:f", ["flows/a.py", "flows/a/__init__.py"]),
    ("flows.a.f", "flows.a:f", ["flows/a.py", "flows/a/__init__.py"]),
  ])
  func modulesAreFilesBelowTheProject(_ text: String, _ known: String, _ files: [String]) throws {
    let entrypoint = try #require(ManifestEntrypoint(text))
    #expect(entrypoint.text == known)
    #expect(entrypoint.files == files)
  }

  @Test(arguments: [
    ("600", 600_000_000), ("0.5", 500_000), ("90s", 90_000_000), ("1h30m", 5_400_000_000),
    ("1d", 86_400_000_000), ("250ms", 250_000), ("PT1H30M", 5_400_000_000),
    ("P1D", 86_400_000_000), ("P1DT12H", 129_600_000_000), ("0:10:00", 600_000_000),
  ])
  func lengthsOfTime(_ text: String, _ microseconds: Int64) {
    let interval = Interval(duration: text)
    #expect(interval?.microseconds == microseconds)
    #expect(interval.flatMap { Interval(duration: $0.duration) } == interval)
  }

  @Test(arguments: ["", "x", "-5", "0", "5x", "1h 30m", "P", "PT", "1e300", "nan", "inf", "::"])
  func otherTextsAreNone(_ text: String) { #expect(Interval(duration: text) == nil) }
}
