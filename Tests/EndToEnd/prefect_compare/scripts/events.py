"""Events: sent, filtered, counted; and those that runs make."""


def sent_and_found(api):
    events = [
        {"id": f"77777777-7777-4777-8777-77777777777{n}", "event": f"cmp.order.{'placed' if n < 3 else 'paid'}",
         "occurred": f"2026-11-20T00:00:0{n}Z", "payload": {"n": n},
         "resource": {"prefect.resource.id": f"cmp.order.{n}", "kind": "a" if n % 2 else "b"},
         "related": [{"prefect.resource.id": "cmp.shop.1", "prefect.resource.role": "shop"}]}
        for n in range(4)]
    api("send", "POST", "/events", events)
    api("send bad", "POST", "/events", [{"event": "x"}])
    api("send without an id", "POST", "/events", [{**events[0], "resource": {}}])
    since = {"occurred": {"since": "2026-11-19T00:00:00Z", "until": "2026-11-21T00:00:00Z"}}

    def asked(step, more, path="/events/filter", **body):
        return api(step, "POST", path, {"filter": {**since, "event": {"prefix": ["cmp."]}, **more}, **body})

    api.until("all", "POST", "/events/filter", {"filter": {**since, "event": {"prefix": ["cmp."]}, "order": "ASC"}},
              lambda found: found["total"] == 4)
    asked("descending", {})
    asked("names", {"event": {"name": ["cmp.order.paid"]}})
    asked("not names", {"event": {"prefix": ["cmp."], "exclude_name": ["cmp.order.paid"]}, "order": "ASC"})
    asked("resource", {"resource": {"id": ["cmp.order.1"]}})
    asked("resource prefix", {"resource": {"id_prefix": ["cmp.order."]}, "order": "ASC"})
    asked("labels", {"resource": {"labels": {"kind": "a"}}, "order": "ASC"})
    asked("related", {"related": {"id": ["cmp.shop.1"], "role": ["shop"]}, "order": "ASC"})
    asked("any resource", {"any_resource": {"id": ["cmp.shop.1"]}, "order": "ASC"})
    asked("ids", {"id": {"id": ["77777777-7777-4777-8777-777777777770"]}})
    asked("none", {"resource": {"id": ["cmp.nothing"]}})
    asked("by event", {}, "/events/count-by/event")
    asked("by resource", {}, "/events/count-by/resource")


def of_runs(api):
    flow = api.made("flow", "POST", "/flows/", {"name": "cmp-event-flow", "tags": ["of-flow"]})
    run = api.made("run", "POST", "/flow_runs/", {
        "flow_id": flow, "name": "cmp-event-run", "tags": ["tagged"], "state": {"type": "PENDING"}})
    api.state("running", run, "RUNNING")
    api.state("completed", run, "COMPLETED", message="done")
    body = {"filter": {"resource": {"id": [f"prefect.flow-run.{run}"]}, "order": "ASC"}}
    api.until("events", "POST", "/events/filter", body, lambda found: found["total"] >= 3)
