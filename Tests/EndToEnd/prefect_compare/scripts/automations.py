"""Automations."""


def lives(api):
    body = {
        "name": "cmp automation", "description": "about", "enabled": True,
        "trigger": {
            "type": "event", "posture": "Reactive", "match": {"prefect.resource.id": "prefect.flow-run.*"},
            "match_related": {"prefect.resource.name": "x", "prefect.resource.role": "flow"},
            "after": [], "expect": ["prefect.flow-run.Failed"], "for_each": ["prefect.resource.id"], "threshold": 2,
            "within": 60},
        "actions": [{"type": "do-nothing"}], "actions_on_trigger": [], "actions_on_resolve": []}
    made = api.made("create", "POST", "/automations/", body)
    api("read", "GET", f"/automations/{made}")
    api("patch", "PATCH", f"/automations/{made}", {"enabled": False})
    api("patched", "GET", f"/automations/{made}")
    api("update", "PUT", f"/automations/{made}", {**body, "name": "cmp other", "tags": ["t"]})
    api("updated", "GET", f"/automations/{made}")
    proactive = {
        **body, "name": "cmp proactive", "trigger": {
            "type": "event", "posture": "Proactive", "expect": ["x"], "threshold": 1, "within": 30}}
    api("proactive", "POST", "/automations/", proactive)
    compound = {
        **body, "name": "cmp compound", "trigger": {
            "type": "compound", "require": "all", "within": 60,
            "triggers": [
                {"type": "event", "posture": "Reactive", "expect": ["a"], "threshold": 1, "within": 0},
                {"type": "event", "posture": "Reactive", "expect": ["b"], "threshold": 1, "within": 0}]}}
    api("compound", "POST", "/automations/", compound)
    api("webhook", "POST", "/automations/", {**body, "name": "cmp hook", "actions": [{
        "type": "change-flow-run-state", "name": "Stopped", "state": "CANCELLED", "message": "by {{ automation.name }}"}]})
    api("count", "POST", "/automations/count", {})
    api("list", "POST", "/automations/filter", {"sort": "NAME_ASC"})
    api("list named", "POST", "/automations/filter", {"automations": {"name": {"any_": ["cmp other"]}}})
    api("bad trigger", "POST", "/automations/", {**body, "trigger": {"type": "nothing"}})
    api("no actions", "POST", "/automations/", {"name": "x", "trigger": body["trigger"]})
    owned = {**body, "name": "cmp owned", "owner_resource": "prefect.deployment.x"}
    api("owned", "POST", "/automations/", owned)
    api("related", "GET", "/automations/related-to/prefect.deployment.x")
    api("delete owned", "DELETE", "/automations/owned-by/prefect.deployment.x")
    api("delete", "DELETE", f"/automations/{made}")
    api("delete again", "DELETE", f"/automations/{made}")
    api("template", "POST", "/templates/validate", "{{ event.name }}")
    api("bad template", "POST", "/templates/validate", "{{ event.name")
