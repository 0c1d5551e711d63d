// Decides which files of Prefect are read unchanged: shapes that its own documents and users show.

/// Files as they were found.
enum PrefectFiles {
  /// The shape of Prefect 2.
  static let two = """
    # prefect.yaml example
    name: my-project
    prefect-version: 2.14.0

    deployments:
      - name: daily-etl
        entrypoint: flows/etl.py:my_etl_flow
        work_pool:
          name: default-agent-pool
        schedule:
          cron: "0 6 * * *"
        parameters:
          date: null
        tags:
          - production
          - etl
    """

  /// A loose shape.
  static let loose = """
    # prefect.yaml configuration
    work_pool:
      name: aws-ecs-pool
      type: ecs

    deployments:
      - name: production
        work_pool_name: aws-ecs-pool
        schedules:
          - cron: "0 */4 * * *"
    """

  /// The shape of Prefect 3, with everything in it.
  static let three = """
    name: shop
    prefect-version: 3.4.24
    build:
      - prefect.deployments.steps.run_shell_script:
          id: get-commit-hash
          script: git rev-parse --short HEAD
          stream_output: false
    push: null
    pull:
      - prefect.deployments.steps.git_clone:
          id: clone-step
          repository: https://github.com/org/repo.git
          branch: main
          access_token: "{{ $GIT_TOKEN }}"
          include_submodules: true
      - prefect.deployments.steps.pip_install_requirements:
          directory: "{{ clone-step.directory }}"
          requirements_file: requirements.txt
          stream_output: false
    definitions:
      work_pools:
        common: &common
          name: my-pool
          work_queue_name: high
          job_variables:
            image: "repo:{{ get-commit-hash.stdout }}"
      schedules:
        nightly: &nightly
          cron: 0 2 * * *
          timezone: Europe/Berlin
          day_or: true
          active: true
          slug: nightly
          parameters: {full: true}
    deployments:
      - name: orders
        version: "{{ get-commit-hash.stdout }}"
        tags: [prod, "{{ $STAGE }}"]
        description: Orders of {{ prefect.variables.shop }}, daily.
        entrypoint: flows/orders.py:orders_flow
        parameters:
          limit: "{{ prefect.variables.limit }}"
          name: null
          nested: {a: [1, 2.5, true]}
        enforce_parameter_schema: true
        concurrency_limit:
          limit: 3
          collision_strategy: CANCEL_NEW
        work_pool: *common
        schedules:
          - *nightly
          - interval: 3600
            anchor_date: "2026-01-01T00:00:00"
            timezone: UTC
            max_scheduled_runs: 5
          - rrule: FREQ=WEEKLY;BYDAY=MO
            active: false
        triggers:
          - enabled: true
            match: {prefect.resource.id: x}
      - name: returns
        entrypoint: flows/returns.py:main
        concurrency_limit: 1
        work_pool:
          <<: *common
          work_queue_name: low
        schedule:
          interval: 600
        pull:
          - prefect.deployments.steps.set_working_directory:
              directory: /srv/flows
          - prefect.deployments.steps.run_shell_script:
              script: |
                echo {{ $HOME }}
    """

  /// What `prefect init` writes, with its nulls.
  static let fresh = """
    # Welcome to your prefect.yaml file!
    # Generic metadata about this project
    name: project
    prefect-version: 3.4.24

    # build section allows you to manage and build docker images
    build: null

    # push section allows you to manage if and how this project is uploaded to remote locations
    push: null

    # pull section allows you to provide instructions for cloning this project in remote locations
    pull:
      - prefect.deployments.steps.set_working_directory:
          directory: /home/me/project

    # the deployments section allows you to provide configuration for deploying flows
    deployments:
      - name: mine
        version: null
        tags: []
        concurrency_limit: null
        description: null
        entrypoint: flow.py:main
        parameters: {}
        work_pool:
          name: p
          work_queue_name: null
          job_variables: {}
        schedules: []
    """
}
