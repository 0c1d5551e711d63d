// Decides the templates that pools begin with: the names of their variables are those that deployments of Prefect use.

extension PoolType {
  static let processTemplate = #"""
    {
      "variables": {
        "type": "object", "additionalProperties": false,
        "properties": {
          "name": {"type": "string", "title": "Name", "description": "The name of the process."},
          "command": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}], "title": "Command",
            "description": "What to run instead of what the deployment says: a line for /bin/sh, or a list."},
          "env": {"type": "object", "title": "Environment Variables", "default": {},
            "description": "Environment variables.",
            "additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
          "labels": {"type": "object", "title": "Labels", "default": {},
            "additionalProperties": {"type": "string"}},
          "stream_output": {"type": "boolean", "title": "Stream Output", "default": true,
            "description": "Whether the output also appears on the worker's own."},
          "working_dir": {"type": "string", "title": "Working Directory",
            "description": "Where it starts; a directory of its own by default."},
          "grace": {"type": "number", "minimum": 0, "maximum": 86400, "default": 30, "title": "Grace",
            "description": "Seconds between TERM and KILL."},
          "output_limit": {"type": "integer", "minimum": 0, "default": 0, "title": "Output Limit",
            "description": "Bytes of output that go to the log; 0 for all."}
        }
      },
      "job": {
        "name": "{{ name }}", "command": "{{ command }}", "env": "{{ env }}", "labels": "{{ labels }}",
        "stream_output": "{{ stream_output }}", "working_dir": "{{ working_dir }}", "grace": "{{ grace }}",
        "output_limit": "{{ output_limit }}"
      }
    }
    """#

  static let dockerTemplate = #"""
    {
      "variables": {
        "type": "object",
        "properties": {
          "name": {"type": "string"}, "image": {"type": "string"}, "command": {"type": "string"},
          "env": {"type": "object", "default": {}}, "labels": {"type": "object", "default": {}},
          "image_pull_policy": {"type": "string", "enum": ["IfNotPresent", "Always", "Never"]},
          "networks": {"type": "array", "items": {"type": "string"}, "default": []},
          "network_mode": {"type": "string"},
          "auto_remove": {"type": "boolean", "default": false},
          "volumes": {"type": "array", "items": {"type": "string"}, "default": []},
          "stream_output": {"type": "boolean", "default": true},
          "mem_limit": {"type": "string"}, "memswap_limit": {"type": "string"},
          "privileged": {"type": "boolean", "default": false},
          "container_create_kwargs": {"type": "object"}
        }
      },
      "job": {
        "name": "{{ name }}", "image": "{{ image }}", "command": "{{ command }}", "env": "{{ env }}",
        "labels": "{{ labels }}", "image_pull_policy": "{{ image_pull_policy }}", "networks": "{{ networks }}",
        "network_mode": "{{ network_mode }}", "auto_remove": "{{ auto_remove }}", "volumes": "{{ volumes }}",
        "stream_output": "{{ stream_output }}", "mem_limit": "{{ mem_limit }}",
        "memswap_limit": "{{ memswap_limit }}", "privileged": "{{ privileged }}",
        "container_create_kwargs": "{{ container_create_kwargs }}"
      }
    }
    """#

  static let kubernetesTemplate = #"""
    {
      "variables": {
        "type": "object",
        "properties": {
          "name": {"type": "string"}, "image": {"type": "string"}, "command": {"type": "string"},
          "env": {"type": "object", "default": {}}, "labels": {"type": "object", "default": {}},
          "namespace": {"type": "string", "default": "default"},
          "service_account_name": {"type": "string"},
          "image_pull_policy": {"type": "string", "enum": ["IfNotPresent", "Always", "Never"],
            "default": "IfNotPresent"},
          "finished_job_ttl": {"type": "integer"},
          "job_watch_timeout_seconds": {"type": "integer"},
          "pod_watch_timeout_seconds": {"type": "integer", "default": 60},
          "stream_output": {"type": "boolean", "default": true},
          "cluster_config": {"type": "object"}
        }
      },
      "job": {
        "command": "{{ command }}", "env": "{{ env }}", "labels": "{{ labels }}", "name": "{{ name }}",
        "namespace": "{{ namespace }}", "stream_output": "{{ stream_output }}",
        "cluster_config": "{{ cluster_config }}",
        "job_watch_timeout_seconds": "{{ job_watch_timeout_seconds }}",
        "pod_watch_timeout_seconds": "{{ pod_watch_timeout_seconds }}",
        "job_manifest": {
          "apiVersion": "batch/v1", "kind": "Job",
          "metadata": {"labels": "{{ labels }}", "namespace": "{{ namespace }}", "generateName": "{{ name }}-"},
          "spec": {
            "backoffLimit": 0, "parallelism": 1, "completions": 1,
            "ttlSecondsAfterFinished": "{{ finished_job_ttl }}",
            "template": {"spec": {
              "restartPolicy": "Never",
              "serviceAccountName": "{{ service_account_name }}",
              "containers": [{
                "name": "martlet-job", "env": "{{ env }}", "image": "{{ image }}",
                "imagePullPolicy": "{{ image_pull_policy }}", "args": "{{ command }}"
              }]
            }}
          }
        }
      }
    }
    """#
}
