"""Flows: made once by name, changed, listed, deleted."""


def lives(api):
    flow = api.made("create", "POST", "/flows/", {"name": "cmp-flow", "tags": ["a", "b"], "labels": {"k": "v", "n": 1}})
    api("create again", "POST", "/flows/", {"name": "cmp-flow", "tags": ["c"], "labels": {"k": "w"}})
    api("read", "GET", f"/flows/{flow}")
    api("by name", "GET", "/flows/name/cmp-flow")
    api("update", "PATCH", f"/flows/{flow}", {"tags": ["c"]})
    api("updated", "GET", f"/flows/{flow}")
    api("plain", "POST", "/flows/", {"name": "cmp-flow-plain"})
    api("delete", "DELETE", f"/flows/{flow}")
    api("deleted", "GET", f"/flows/{flow}")
    api("delete again", "DELETE", f"/flows/{flow}")


def lists(api):
    ids = [
        api.made(f"create {name}", "POST", "/flows/", {"name": f"cmp-list-{name}", "tags": tags})
        for name, tags in (("one", ["x"]), ("Two", ["x", "y"]), ("three", []))]

    def asked(step, filter_, path="/flows/filter", **more):
        api(step, "POST", path, {"flows": {"name": {"like_": "cmp-list-"}, **filter_}, **more})

    asked("all", {})
    for sort in ("CREATED_DESC", "UPDATED_DESC", "NAME_ASC", "NAME_DESC"):
        asked(f"sorted {sort}", {}, sort=sort)
    asked("window", {}, sort="NAME_ASC", limit=1, offset=1)
    asked("limit 0", {}, limit=0)
    asked("limit null", {}, limit=None, sort="NAME_ASC")
    asked("by id", {"id": {"any_": ids[:2]}}, sort="NAME_ASC")
    asked("by names", {"name": {"any_": ["cmp-list-one", "cmp-list-none"]}})
    asked("name like", {"name": {"like_": "CMP-LIST-T"}}, sort="NAME_ASC")
    asked("all tags", {"tags": {"all_": ["x", "y"]}})
    asked("no tags", {"tags": {"is_null_": True}})
    asked("some tags", {"tags": {"is_null_": False}}, sort="NAME_ASC")
    asked("no names", {"name": {"any_": []}})
    asked("count", {}, "/flows/count")
    asked("page", {}, "/flows/paginate", limit=2, page=2, sort="NAME_ASC")
    asked("first page", {}, "/flows/paginate", limit=2, sort="NAME_ASC")
    api("bulk delete", "POST", "/flows/bulk_delete", {"flows": {"id": {"any_": ids[:2]}}})
    asked("left", {})
