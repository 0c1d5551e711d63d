// Decides what a template makes of its variables, and which templates, values and jobs are refused, by which path.

import Testing

@testable import MartletModel

@Suite struct JobTemplateTests {
  private func template(_ variables: String, _ job: String) throws -> JobTemplate {
    try JobTemplate(variables: JSON(parsing: variables), job: JSON(parsing: job))
  }

  private func layers(_ texts: String...) throws -> [(name: String, values: JSON)] {
    try texts.enumerated().map { ("layer\($0.offset)", try JSON(parsing: $0.element)) }
  }

  private let variables = #"""
    {"type": "object", "properties": {
      "image": {"type": "string", "default": "base"}, "env": {"type": "object", "default": {"A": "1"}},
      "cpus": {"type": "integer"}, "none": {"type": "string", "default": null}}}
    """#

  @Test func aWholePlaceKeepsItsTypeAndOthersAreText() throws {
    let template = try template(
      variables,
      #"{"image": "{{ image }}", "tag": "x-{{image}}-{{ cpus }}", "env": "{{ env }}", "n": "{{cpus}}", "list": ["{{ none }}", "{{ image }}"], "none": "{{ none }}", "in": {"a": true}}"#
    )
    let job = try template.job(layers(#"{"cpus": 4}"#, #"{"image": "mine"}"#))
    #expect(
      try job
        == JSON(
          parsing:
            #"{"image": "mine", "tag": "x-mine-4", "env": {"A": "1"}, "n": 4, "list": ["mine"], "in": {"a": true}}"#
        ))
  }

  @Test func whatDeclaresNoVariablesTakesAny() throws {
    let template = try template("{}", #"{"command": "true"}"#)
    #expect(try template.job(layers(#"{"any": 1}"#)) == JSON(parsing: #"{"command": "true"}"#))
  }

  @Test func theLastLayerCounts() throws {
    let template = try template(variables, #"{"image": "{{ image }}"}"#)
    #expect(try template.job(layers("{}"))["image"] == .string("base"))
    #expect(
      try template.job(layers(#"{"image": "a"}"#, #"{"image": "b"}"#))["image"] == .string("b"))
  }

  @Test func whatNoJobCouldBeMadeWithIsRefusedBeforeThereIsOne() throws {
    let template = try template(
      #"""
      {"type": "object", "required": ["image", "cpus"], "additionalProperties": false, "properties": {
        "image": {"type": "string"}, "cpus": {"type": "integer"}, "env": {"type": "object", "default": 3}}}
      """#, #"{"image": "{{ image }}"}"#)
    func fault(_ values: String) throws -> String? {
      guard case .object(let members) = try JSON(parsing: values) else { return "no object" }
      do throws(InvalidValue) { try template.check(members, "v") } catch { return error.field }
      return nil
    }
    // What is missing may come with the run, and what others say is not at fault here.
    #expect(try fault("{}") == nil)
    #expect(try fault(#"{"image": "a"}"#) == nil)
    #expect(try fault(#"{"image": "a", "cpus": 2}"#) == nil)
    #expect(try fault(#"{"imge": "a"}"#) == "v.imge")
    #expect(try fault(#"{"image": "a", "cpus": "2"}"#) == "v.cpus")
    #expect(try fault(#"{"env": 4}"#) == "v.env")
  }

  @Test func unknownAndIllTypedValuesAreNamed() throws {
    let template = try template(variables, #"{"image": "{{ image }}"}"#)
    let unknown = #expect(throws: InvalidValue.self) {
      try template.job(layers(#"{"imge": "a"}"#))
    }
    #expect(unknown?.field == "layer0.imge")
    #expect(unknown?.problem.contains("did you mean \"image\"?") == true)
    let wrong = #expect(throws: InvalidValue.self) {
      try template.job(layers(#"{"cpus": "many"}"#))
    }
    #expect(wrong?.field == "job_variables.cpus")
  }

  @Test func aPlaceWithoutAVariableIsRefused() throws {
    let fault = #expect(throws: InvalidValue.self) {
      try template(variables, #"{"spec": [{"cpu": "{{ cpu }}"}]}"#)
    }
    #expect(fault?.field == "template.job.spec[0].cpu")
    #expect(fault?.problem.contains("\"cpus\"") == true)
    #expect(throws: InvalidValue.self) { try template(#"{"type": "nonsense"}"#, "{}") }
    #expect(throws: InvalidValue.self) { try template("[]", "{}") }
    #expect(throws: InvalidValue.self) { try JobTemplate(text: "{") }
  }

  @Test func bracesThatAreNoPlaceStay() throws {
    let template = try template("{}", #"{"a": "{{", "b": "}} {", "c": "x {{"}"#)
    #expect(try template.job([]) == template.job)
  }

  @Test(arguments: PoolType.all) func theTypesBeginWithTemplatesThatRender(_ type: PoolType) throws
  {
    #expect(try JobTemplate(text: type.template.text) == type.template)
    let values = type == .served ? "{}" : #"{"command": "make", "env": {"A": "b"}, "name": "n"}"#
    _ = try type.template.job(layers(values))
  }

  @Test func aProcessIsLaunchedByTheJobAndTheDeployment() throws {
    func launch(_ executable: Executable?, _ values: String = "{}") throws -> ProcessLaunch {
      let launch = try Launch(
        type: "process", template: PoolType.process.template, executable: executable,
        layers: layers(values))
      guard case .process(let process) = launch else {
        throw InvalidValue("launch", "is no process")
      }
      return process
    }
    var process = try launch(.entrypoint("flow.py:main"))
    #expect(process.entrypoint == "flow.py:main")
    #expect(process.command.isEmpty)
    #expect(process.streamsOutput)
    #expect(process.grace == .seconds(30))
    #expect(try launch(.shell("make x")).command == ["/bin/sh", "-c", "make x"])
    #expect(try launch(.command(["a", "b c"])).command == ["a", "b c"])
    process = try launch(
      .shell("make"),
      #"{"command": ["x", "y"], "env": {"N": 3, "T": true, "G": null}, "working_dir": "/w", "grace": 0.5, "output_limit": 9, "stream_output": false}"#
    )
    #expect(process.command == ["x", "y"])
    #expect(process.environment == ["N": "3", "T": "true"])
    #expect(process.workingDirectory == "/w")
    #expect(process.grace == .milliseconds(500))
    #expect(process.outputLimit == 9)
    #expect(!process.streamsOutput)
    #expect(throws: InvalidValue.self) { try launch(nil) }
  }

  @Test(arguments: [
    (#"{"command": [1, []]}"#, "job.command[1]"), (#"{"command": true}"#, "job.command"),
    (#"{"command": "x", "env": {"A": []}}"#, "job.env.A"),
    (#"{"command": "x", "env": {"A=B": "1"}}"#, "job.env"),
    (#"{"command": "x", "grace": "1"}"#, "job.grace"),
    (#"{"command": "x", "output_limit": 1.5}"#, "job.output_limit"),
    (#"{"command": "x", "stream_output": "yes"}"#, "job.stream_output"),
    (#"{"command": "x", "working_directory": {}}"#, "job.working_directory"),
  ]) func whatIsIllTypedInAJobIsNamed(_ job: String, _ path: String) throws {
    let fault = #expect(throws: InvalidValue.self) {
      try ProcessLaunch(job: JSON(parsing: job), executable: nil)
    }
    #expect(fault?.field == path)
  }

  @Test func namesOfPoolsAreChecked() throws {
    try PoolRules.check(newPool: "my-pool 1", "n")
    for name in [
      "", "a/b", "a%", "a&b", "<a", "a>", "a\n", "Prefect-x", String(repeating: "a", count: 201),
    ] {
      #expect(throws: InvalidValue.self) { try PoolRules.check(newPool: name, "n") }
    }
  }
}
