"""What every operation does, and can answer, stands in the schema; errors in their one form."""

import re
from typing import Any

from children.api.schema import credentials, errors  # noqa: F401 - that of credentials is found once it is imported
from children.api.schema.headers import IDEMPOTENCY, OF_ERRORS
from children.api.schema.refusing import RefusingSchema

SUMMARIES = {
    "list": "List {many}",
    "create": "Add {one}",
    "retrieve": "Read {one}",
    "update": "Replace {one}",
    "partial_update": "Change {one}",
    "destroy": "Delete {one}",
}
DONE = {"200": "As asked.", "201": "Done.", "202": "Marked.", "204": "Done; there is nothing to tell."}


class ChoreSchema(RefusingSchema):
    def get_summary(self) -> str:
        if rule := SUMMARIES.get(self._action()):
            one, many = self.view.nouns
            return rule.format(one=one, many=many)
        return self._sentences()[0].removesuffix(".")

    def get_description(self) -> str:  # type: ignore[override]
        description: str = super().get_description()
        return description if self._action() in SUMMARIES else self._sentences()[1]

    def _sentences(self) -> list[str]:
        """The first sentence of what the code says of it, and the rest."""
        return [*re.split(r"(?<=[.])\s+", super().get_description(), maxsplit=1), ""]

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)
        for name, value in getattr(serializer, "example", {}).items():
            field = schema["properties"][name]
            schema["properties"][name] = ({"allOf": [field]} if "$ref" in field else field) | {"example": value}
        return schema

    def _get_filter_parameters(self) -> list[dict[str, Any]]:
        """With the words of our own filters, which drf-spectacular leaves out."""
        asked: list[dict[str, Any]] = super()._get_filter_parameters()
        filters = getattr(getattr(self.view, "filterset_class", None), "base_filters", {})
        for parameter in asked:
            if text := filters[parameter["name"]].extra.get("help_text"):
                parameter.setdefault("description", text)
        return asked

    def _resolve_path_parameters(self, variables: Any) -> list[dict[str, Any]]:
        parameters = super()._resolve_path_parameters(variables)
        return [each | {"description": f"The id of {self.view.nouns[0]}."} for each in parameters]

    def get_override_parameters(self) -> Any:
        return [*IDEMPOTENCY, *OF_ERRORS] if self._is_idempotent() else OF_ERRORS

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        responses = super()._get_response_bodies(direction)
        for status, response in responses.items():
            if status in errors.DESCRIPTIONS:
                response["description"] = errors.DESCRIPTIONS[status]
                examples = {each.name: {"value": each.body(int(status))} for each in self._refusals(status)}
                for content in response["content"].values():
                    content["examples"] = examples
            elif response["description"] in ("", "No response body"):
                response["description"] = DONE[status]
        return responses
