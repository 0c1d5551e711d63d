// Decides that every shape of a manifest is read as it is meant, and that every mistake is named with its place.

import MartletModel
import Testing

@testable import martlet

@Suite struct ManifestReaderTests {
  private func read(
    _ text: String, environment: [String: String] = [:], variables: [String: JSON] = [:],
    outputs: [String: JSON]? = nil, only: Set<String>? = nil
  ) throws -> ManifestReading {
    let context = ManifestContext(
      environment: environment, variables: variables, outputs: outputs)
    return try ManifestReader(context: context, only: only).read(try YAMLTree(text).json)
  }

  @Test func theShapeOfPrefectTwo() throws {
    let reading = try read(PrefectFiles.two)
    #expect(reading.warnings == [])
    #expect(reading.manifest.name == "my-project")
    var wanted = DeploymentManifest(name: "daily-etl")
    wanted.work = .entrypoint("flows/etl.py:my_etl_flow")
    wanted.pool = "default-agent-pool"
    wanted.schedules = [ScheduleManifest(.cron("0 6 * * *", isEitherDay: true))]
    wanted.parameters = JSONMembers([("date", .null)])
    wanted.tags = ["production", "etl"]
    #expect(reading.manifest.deployments == [wanted])
    #expect(reading.manifest.pools == [])
  }

  @Test func theLooseShape() throws {
    let manifest = try read(PrefectFiles.loose).manifest
    var pool = PoolManifest(name: "aws-ecs-pool")
    pool.type = "ecs"
    #expect(manifest.pools == [pool])
    #expect(manifest.deployments.map(\.pool) == ["aws-ecs-pool"])
    #expect(
      manifest.deployments[0].schedules == [
        ScheduleManifest(.cron("0 */4 * * *", isEitherDay: true))
      ])
  }

  @Test func theShapeOfPrefectThree() throws {
    let reading = try read(
      PrefectFiles.three, environment: ["STAGE": "blue"],
      variables: ["shop": .text("Berlin"), "limit": .integer(7)],
      outputs: ["get-commit-hash": .object([("stdout", .text("abc123"))])])
    let manifest = reading.manifest
    #expect(
      manifest.build == [
        BuildStep(
          id: "get-commit-hash",
          step: .shell(script: "git rev-parse --short HEAD", directory: nil))
      ])
    let orders = try #require(manifest.deployments.first)
    #expect(orders.version == "abc123")
    #expect(orders.tags == ["prod", "blue"])
    #expect(orders.description == "Orders of Berlin, daily.")
    #expect(orders.parameters?["limit"] == .integer(7))
    #expect(orders.parameters?["name"] == .null)
    #expect(orders.parameters?["nested"]?.description == #"{"a":[1,2.5,true]}"#)
    #expect(orders.enforcesSchema == true)
    #expect(orders.concurrencyLimit == 3)
    #expect(orders.collision == .cancelNew)
    #expect(orders.pool == "my-pool")
    #expect(orders.queue == "high")
    #expect(orders.jobVariables == JSONMembers([("image", .text("repo:abc123"))]))
    #expect(
      orders.pull == [
        .git(
          repository: "https://github.com/org/repo.git", branch: "main", commit: nil,
          credentials: "GIT_TOKEN", submodules: true),
        .pip(requirements: "requirements.txt", directory: nil),
      ])
    let schedules = try #require(orders.schedules)
    #expect(schedules.map(\.key) == ["nightly", "every 1h", "FREQ=WEEKLY;BYDAY=MO"])
    #expect(schedules[0].zone == "Europe/Berlin")
    #expect(schedules[0].parameters == JSONMembers([("full", .bool(true))]))
    #expect(
      schedules[1].rule == .interval(.hours(1), anchor: Instant(rfc3339: "2026-01-01T00:00:00Z")))
    #expect(schedules[2].isActive == false)
    let returns = manifest.deployments[1]
    #expect(returns.queue == "low")
    #expect(returns.pool == "my-pool")
    #expect(returns.concurrencyLimit == 1)
    #expect(
      returns.pull == [
        .workingDirectory("/srv/flows"), .shell(script: "echo ${HOME}", directory: nil),
      ])
    #expect(
      reading.warnings.map(\.place.dotted) == [
        "deployments[0].schedules[1].max_scheduled_runs", "deployments[0].triggers",
      ])
  }

  @Test func aFreshFileSaysNothingByItsNulls() throws {
    let deployment = try #require(try read(PrefectFiles.fresh).manifest.deployments.first)
    #expect(deployment.version == nil)
    #expect(deployment.description == nil)
    #expect(deployment.concurrencyLimit == nil)
    #expect(deployment.queue == nil)
    #expect(deployment.tags == [])
    #expect(deployment.schedules == [])
    #expect(deployment.pull == [.workingDirectory("/home/me/project")])
  }

  @Test func aScriptHasItsVariablesInFront() throws {
    func pull(_ env: String) throws -> [PullStepManifest]? {
      try read(
        """
        pull:
          - prefect.deployments.steps.run_shell_script: {script: echo $A, env: \(env)}
        deployments:
          - {name: d, command: "true", schedule: {}}
          - {name: e, command: "true", schedule: {}}
        """
      ).manifest.deployments.first?.pull
    }
    let step = PullStepManifest.shell(
      script: #"""
        export A="a \"b\" \$c"
        export B="1"
        export P="${PATH}:x"
        echo $A
        """#, directory: nil)
    #expect(try pull(#"{A: 'a "b" $c', B: 1, P: "{{ $PATH }}:x"}"#) == [step])
    let error = #expect(throws: ManifestError.self) { _ = try pull("{1A: x, B: [1]}") }
    #expect(error?.problems.count == 2, "once, although two deployments have the step")
  }

  @Test func anEmptyScheduleIsNone() throws {
    let text = "deployments: [{name: d, command: x, schedule: {}}]"
    #expect(try read(text).manifest.deployments.first?.schedules == [])
  }

  @Test func ourOwnShape() throws {
    let manifest = try read(
      """
      name: shop
      variables: {threshold: 0.8, "list": [1, null]}
      limits:
        - {name: external-api, slots: 5, decay: 2/s, description: d, disabled: true}
      pools:
        - name: p
          type: process
          limit: 10
          queues:
            - high
            - {name: low, priority: 5, limit: 2, paused: true}
      build:
        - shell: make
      deployments:
        - name: sync
          flow: copy
          command: rsync -a /a /b
          pool: p
          queue: low
          concurrency: {limit: 1, on_collision: enqueue}
          schedules:
            - {name: often, interval: 10m, anchor: "2026-01-01T00:00:00+01:00", catch_up: all,
               catch_up_within: 1d, overlap: BUFFER_ONE, jitter: 30s, skipped_times: SKIP,
               repeated_times: both, start: 2026-01-01, end: 2027-01-01T00:00:00Z}
            - "@daily"
          pull:
            - git: {repository: /r, commit: abc, credentials: TOKEN}
            - local: {path: /srv, copy: true}
            - archive: {url: "https://a/b.tgz", sha256: ff, strip: 1}
            - pip: requirements.txt
            - shell: make deps
            - working_directory: sub
          labels: {team: data}
          worker_labels: {gpu: true}
          image: python:3.13
          timeout: 1h
          retries: 3
          retry_delay: {first: 1s, factor: 3, max: 10m}
          retry_jitter: 0.5
          retry_mode: RESCHEDULE
          retry_crashes: true
          run_limits: [external-api, {name: gpu, scope: tag, slots: 2, on_collision: CANCEL_NEW}]
          loss: {action: RERUN, max_reruns: 2}
          run_labels: {team: data, tier: 1}
          paused: true
        - name: list
          command: [echo, "hello world", 5]
          timeout_seconds: 90
          retries: 2
          retry_delay_seconds: [0, 10, 60]
          retry_jitter_factor: 0
          loss: wait
      """
    ).manifest
    #expect(manifest.variables.map(\.name) == ["threshold", "list"])
    #expect(manifest.limits.first?.decay == 2)
    #expect(manifest.pools.first?.queues?.map(\.name) == ["high", "low"])
    #expect(manifest.deployments[0].work == .script("rsync -a /a /b"))
    #expect(manifest.deployments[1].work == .command(["echo", "hello world", "5"]))
    let schedule = try #require(manifest.deployments[0].schedules?.first)
    #expect(schedule.catchUp == CatchUp(.all, within: .hours(24)))
    #expect(schedule.overlap == .bufferOne)
    #expect(schedule.clock == LocalTimePolicy(skipped: .skip, repeated: .both))
    #expect(schedule.start == Instant(rfc3339: "2026-01-01"))
    #expect(manifest.deployments[0].workerLabels == ["gpu": "true"])
    #expect(manifest.deployments[0].timeout == .hours(1))
    var runs = RunPolicyManifest()
    runs.retries = 3
    runs.delay = .growing(first: .seconds(1), factor: 3, most: .seconds(600))
    runs.jitter = 0.5
    runs.mode = .reschedule
    runs.retriesCrashes = true
    runs.limits = [
      SlotNeed(.global, "external-api"), SlotNeed(.tag, "gpu", slots: 2, strategy: .cancelNew),
    ]
    runs.loss = .rerun(atMost: 2)
    runs.labels = ["team": "data", "tier": "1"]
    #expect(manifest.deployments[0].runs == runs)
    runs = RunPolicyManifest()
    runs.retries = 2
    runs.delay = .listed([.zero, .seconds(10), .seconds(60)])
    runs.jitter = 0
    runs.loss = .wait
    #expect(manifest.deployments[1].runs == runs)
    #expect(manifest.deployments[1].timeout == .seconds(90))
    #expect(
      manifest.deployments[0].pull?.map(\.kind) == [
        "git", "local", "archive", "pip", "shell", "working_directory",
      ])
    // What --explain prints reads as the same.
    #expect(try read(manifest.normal.yaml).manifest == manifest)
  }

  @Test(arguments: [
    PrefectFiles.two, PrefectFiles.loose, PrefectFiles.fresh,
  ])
  func theNormalFormReadsAsItself(_ file: String) throws {
    let manifest = try read(file).manifest
    #expect(try read(manifest.normal.yaml).manifest == manifest)
  }

  @Test func onlyWhatIsWantedIsRead() throws {
    let text = """
      deployments:
        - {name: a, command: "true"}
        - {name: b, command: "{{ $MISSING }}", wrong: 1}
      """
    #expect(try read(text, only: ["a"]).manifest.deployments.map(\.name) == ["a"])
    #expect(throws: ManifestError.self) { try read(text) }
  }

  @Test(arguments: [
    (
      "deployments: [{name: a}, {name: b, schedules: [{cron: '61 * * * *'}]}]",
      "deployments[1].schedules[0].cron: minute"
    ),
    ("deployment: []", "deployment: is no key of a manifest; did you mean deployments?"),
    (
      "deployments: [{name: a, entrypont: x}]",
      "deployments[0].entrypont: is no key of a deployment; did you mean entrypoint?"
    ),
    ("deployments: [{entrypoint: 'a.py:f'}]", "deployments[0]: has no name"),
    (
      "deployments: [{name: a, entrypoint: a.py}]",
      "deployments[0].entrypoint: must be FILE.py:FUNCTION"
    ),
    (
      "deployments: [{name: a, schedules: [{cron: '* * * * *', interval: 5}]}]", "has several rules"
    ),
    (
      "deployments: [{name: a, schedules: [{timezone: UTC}]}]",
      "deployments[0].schedules[0]: has no rule"
    ),
    (
      "deployments: [{name: a, schedule: {interval: nope}}]",
      "deployments[0].schedule.interval: is no length of time"
    ),
    (
      "deployments: [{name: a, schedule: {cron: '@daily', timezone: Mars/Base 1}}]",
      "deployments[0].schedule.timezone: "
    ),
    (
      "deployments: [{name: a, schedule: {rrule: 'FREQ=DAILY;BYHOUR=25'}}]",
      "deployments[0].schedule.rrule: BYHOUR"
    ),
    (
      "deployments: [{name: a, schedules: ['@daily', '@daily']}]", "is the second schedule '@daily'"
    ),
    ("deployments: [{name: a}, {name: a}]", "deployments[1]: is the second one called 'a'"),
    ("deployments: [{name: a/b}]", "deployments[0].name: has a slash"),
    ("deployments: [{name: a, command: x, entrypoint: 'a.py:f'}]", "stands beside an entrypoint"),
    (
      "deployments: [{name: a, pull: [{prefect_aws.deployments.steps.pull_from_s3: {}}]}]",
      "deployments[0].pull[0].prefect_aws.deployments.steps.pull_from_s3: is a step that deployment 'a' cannot take"
    ),
    (
      "deployments: [{name: a, pull: [{git: {branch: x}}]}]",
      "deployments[0].pull[0].git: has no repository"
    ),
    (
      "deployments: [{name: a, pull: [{git: {repository: r, access_token: abc}}]}]",
      "must name a variable of the worker's environment"
    ),
    (
      "deployments: [{name: a, pull: [{git: {repository: r, brunch: x}}]}]",
      "brunch: is no key of a git step; did you mean branch?"
    ),
    ("build: [{git: {repository: r}}]", "build[0]: is a git step, which belongs to `pull`"),
    (
      "deployments: [{name: a, tags: ['{{ $NOPE }}']}]",
      "deployments[0].tags[0]: refers to $NOPE, which is not set"
    ),
    ("deployments: [{name: a, version: '{{ prefect.variables.v }}'}]", "refers to the variable v"),
    ("deployments: [{name: a, version: '{{ prefect.blocks.secret.x }}'}]", "refers to a block"),
    (
      "deployments: [{name: a, concurrency_limit: -1}]",
      "deployments[0].concurrency_limit: must be a whole number of at least 0"
    ),
    (
      "deployments: [{name: a, concurrency_limit: {limit: 1, collision_strategy: DROP}}]",
      "use ENQUEUE, CANCEL_NEW"
    ),
    (
      "deployments: [{name: a, parameters: 5}]",
      "deployments[0].parameters: must be keys and values"
    ),
    (
      "deployments: [{name: a, parameter_schema: {type: 5}}]",
      "deployments[0].parameter_schema: is no JSON schema"
    ),
    ("limits: [{name: a}]", "limits[0]: has no slots"),
    ("deployments: [{name: a, retries: -1}]", "deployments[0].retries: must be a whole number"),
    ("deployments: [{name: a, retry_delay: soon}]", "deployments[0].retry_delay: is no length"),
    (
      "deployments: [{name: a, retry_delay: {max: 5s}}]", "deployments[0].retry_delay: has no first"
    ),
    ("deployments: [{name: a, retry_jitter: 2}]", "retry_jitter: must be a number from 0 to 1"),
    ("deployments: [{name: a, run_limits: [{slots: 1}]}]", "run_limits[0]: has no name"),
    ("deployments: [{name: a, loss: FORGET}]", "use CRASH, RERUN, WAIT"),
    (
      "limits: [{name: a, slots: 1}, {name: a, slots: 2}]",
      "limits[1]: is the second one called 'a'"
    ),
    ("variables: {Bad Name: 1}", "variables.Bad Name: "),
    ("pools: [{name: p, queues: [a, a]}]", "pools[0].queues: has two queues of one name"),
    ("[1]", "must be a manifest, with keys and values"),
  ])
  func mistakesAreNamed(_ text: String, _ problem: String) throws {
    let error = #expect(throws: ManifestError.self) { try read(text) }
    #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
  }

  @Test func everyMistakeIsToldAtOnce() throws {
    let error = #expect(throws: ManifestError.self) {
      try read("deployments: [{name: a, tags: 1, x: 1, schedule: {cron: x}}, {parameters: {}}]")
    }
    #expect(error?.problems.count == 3)
  }
}
