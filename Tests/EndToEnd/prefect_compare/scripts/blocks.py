"""Blocks: their types, schemas and documents."""

FIELDS = {
    "title": "CmpBlock", "type": "object", "block_type_slug": "cmp-block", "block_schema_references": {},
    "properties": {"host": {"type": "string"}, "password": {"type": "string", "format": "password", "writeOnly": True}},
    "required": ["host"], "secret_fields": ["password"]}


def of_a_type_of_ones_own(api):
    kind = {
        "name": "Cmp Block", "slug": "cmp-block", "description": "about", "code_example": "x",
        "logo_url": "http://x/l.png", "documentation_url": "http://x/d"}
    type_ = api.made("type", "POST", "/block_types/", kind)
    api("type again", "POST", "/block_types/", kind)
    api("type reserved", "POST", "/block_types/", {"name": "Prefect Block", "slug": "prefect-block"})
    api("type read", "GET", f"/block_types/{type_}")
    api("type by slug", "GET", "/block_types/slug/cmp-block")
    api("type update", "PATCH", f"/block_types/{type_}", {"description": "else"})
    api("type updated", "GET", f"/block_types/{type_}")
    schema = api.made("schema", "POST", "/block_schemas/", {
        "block_type_id": type_, "fields": FIELDS, "capabilities": ["b", "a"], "version": "1.2.3"})
    api("schema again", "POST", "/block_schemas/", {
        "block_type_id": type_, "fields": FIELDS, "capabilities": ["b", "a"], "version": "1.2.3"})
    found = api("schema read", "GET", f"/block_schemas/{schema}")
    checksum = found.get("checksum", "") if isinstance(found, dict) else ""
    api("schema by checksum", "GET", f"/block_schemas/checksum/{checksum}")
    api("schema of another version", "GET", f"/block_schemas/checksum/{checksum}?version=9")
    api("schemas", "POST", "/block_schemas/filter", {"block_schemas": {"block_type_id": {"any_": [type_]}}})
    body = {
        "name": "one", "data": {"host": "h", "password": "secret"}, "block_schema_id": schema, "block_type_id": type_}
    document = api.made("create", "POST", "/block_documents/", body)
    api("create again", "POST", "/block_documents/", body)
    api("bad name", "POST", "/block_documents/", {**body, "name": "Bad Name"})
    api("nameless", "POST", "/block_documents/", {**body, "name": None})
    api("anonymous", "POST", "/block_documents/", {**body, "name": None, "is_anonymous": True})
    api("read", "GET", f"/block_documents/{document}")
    api("read secrets", "GET", f"/block_documents/{document}?include_secrets=true")
    api("by name", "GET", "/block_types/slug/cmp-block/block_documents/name/one")
    api("by name secrets", "GET", "/block_types/slug/cmp-block/block_documents/name/one?include_secrets=true")
    api("of the type", "GET", "/block_types/slug/cmp-block/block_documents")
    api("update", "PATCH", f"/block_documents/{document}", {
        "data": {"host": "g", "password": "********"}, "block_schema_id": schema})
    api("updated", "GET", f"/block_documents/{document}?include_secrets=true")
    api("merge", "PATCH", f"/block_documents/{document}", {"data": {"host": "i"}, "merge_existing_data": True})
    api("merged", "GET", f"/block_documents/{document}?include_secrets=true")
    api("replace", "PATCH", f"/block_documents/{document}", {"data": {"host": "j"}, "merge_existing_data": False})
    api("replaced", "GET", f"/block_documents/{document}?include_secrets=true")
    api("list", "POST", "/block_documents/filter", {
        "block_documents": {"block_type_id": {"any_": [type_]}}, "include_secrets": False})
    api("count", "POST", "/block_documents/count", {"block_documents": {"block_type_id": {"any_": [type_]}}})
    api("delete", "DELETE", f"/block_documents/{document}")
    api("delete again", "DELETE", f"/block_documents/{document}")
    api("schema delete", "DELETE", f"/block_schemas/{schema}")
    api("type delete", "DELETE", f"/block_types/{type_}")
    api("type deleted", "GET", "/block_types/slug/cmp-block")


def of_the_systems_types(api):
    secret = api("secret", "GET", "/block_types/slug/secret")
    type_ = secret.get("id", "") if isinstance(secret, dict) else ""
    schemas = api("schemas", "POST", "/block_schemas/filter", {"block_schemas": {"block_type_id": {"any_": [type_]}}})
    schema = schemas[0]["id"] if schemas and isinstance(schemas, list) else ""
    document = api.made("create", "POST", "/block_documents/", {
        "name": "token", "data": {"value": "hidden"}, "block_schema_id": schema, "block_type_id": type_})
    api("read", "GET", f"/block_documents/{document}")
    api("read secrets", "GET", f"/block_documents/{document}?include_secrets=true")
    api("update system type", "PATCH", f"/block_types/{type_}", {"description": "else"})
    api("delete system type", "DELETE", f"/block_types/{type_}")
    api("types", "POST", "/block_types/filter", {"block_types": {"slug": {"any_": ["secret", "local-file-system"]}}})
    api("types like", "POST", "/block_types/filter", {"block_types": {"name": {"like_": "webhook"}}})
    api("capabilities", "GET", "/block_capabilities/")
    api("install", "POST", "/block_types/install_system_block_types")
