"""Examples of whole bodies, put together from those of their fields, as the serializers give them."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]


def add_examples(result: Json, **kwargs: Any) -> Json:
    """Give each body an example that has none: a hook of drf-spectacular."""
    schemas = result["components"]["schemas"]
    for content, unseen in _contents(result):
        for media in content.values():
            if "examples" not in media:
                media["example"] = _example(media["schema"], schemas, unseen)
    return result


def _contents(result: Json) -> Iterator[tuple[Json, str]]:
    """Yield each body, and how a field is marked that it does not have."""
    for operations in result["paths"].values():
        for operation in operations.values():
            yield operation.get("requestBody", {}).get("content", {}), "readOnly"
            for response in operation["responses"].values():
                yield response.get("content", {}), "writeOnly"


def _example(schema: Json, schemas: Json, unseen: str) -> Any:
    if "example" in schema:
        return schema["example"]
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].rpartition("/")[2]], schemas, unseen)
    if "allOf" in schema:
        return _example(schema["allOf"][0], schemas, unseen)
    if schema["type"] == "array":
        return [_example(schema["items"], schemas, unseen)]
    fields = schema["properties"].items()
    return {name: _example(field, schemas, unseen) for name, field in fields if not field.get(unseen)}
