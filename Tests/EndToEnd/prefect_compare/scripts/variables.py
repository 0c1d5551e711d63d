"""Variables."""


def lives(api):
    made = api.made("create", "POST", "/variables/", {"name": "cmp_one", "value": {"a": [1, None, "x"]}, "tags": ["t"]})
    api("create again", "POST", "/variables/", {"name": "cmp_one", "value": 2})
    for name, value in {"text": "text", "number": 1.5, "nothing": None, "list": [], "truth": True}.items():
        api(f"create {name}", "POST", "/variables/", {"name": f"cmp_{name}", "value": value})
    api("create long", "POST", "/variables/", {"name": "long", "value": "x" * 5001})
    api("read", "GET", f"/variables/{made}")
    api("by name", "GET", "/variables/name/cmp_one")
    api("update", "PATCH", f"/variables/{made}", {"value": 2})
    api("update by name", "PATCH", "/variables/name/cmp_one", {"tags": ["u", "v"]})
    api("rename", "PATCH", f"/variables/{made}", {"name": "cmp_two"})
    api("rename to another", "PATCH", f"/variables/{made}", {"name": "cmp_text"})
    api("updated", "GET", f"/variables/{made}")
    api("list", "POST", "/variables/filter", {"variables": {"name": {"like_": "cmp_"}}})
    api("list descending", "POST", "/variables/filter", {
        "sort": "NAME_DESC", "limit": 2, "variables": {"name": {"like_": "cmp_"}}})
    api("delete long", "DELETE", "/variables/name/long")
    api("list tagged", "POST", "/variables/filter", {"variables": {"tags": {"all_": ["u"]}}})
    api("list untagged", "POST", "/variables/filter", {"variables": {"tags": {"is_null_": True}}})
    api("count", "POST", "/variables/count", {"variables": {"name": {"any_": ["cmp_two", "cmp_none"]}}})
    api("delete", "DELETE", f"/variables/{made}")
    api("delete again", "DELETE", f"/variables/{made}")
    api("delete by name", "DELETE", "/variables/name/cmp_text")
    api("delete by name again", "DELETE", "/variables/name/cmp_text")
