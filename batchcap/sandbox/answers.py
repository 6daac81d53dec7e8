"""From words to the form a request asks for: any JSON Schema, a JSON object, or plain text.

Takes: a Describer and the body of the request. Gives: the text of the answer.
Never: fails on a schema that passed the checks, or fills a field it cannot know with a guess.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from batchcap.sandbox import limits
from batchcap.sandbox.describer import Describer, Span
from batchcap.sandbox.limits import Count
from batchcap.sandbox.strict_schema import resolve, types

_DEEPEST = 12
_UNKNOWABLE = re.compile(
    r"visible|inscription|translat|ocr|plant|flora|fauna|animal|species|landmark|person|"
    r"people|face|brand|logo|trademark|object|building|architect|event|email|url|author|name$"
)
_TITLE = re.compile(r"title|headline|heading|subject|name")
_KEYWORDS = re.compile(r"keyword|tag")
_LENGTHS = (
    (re.compile(r"long|detail|extended"), Span(40, 600), 8),
    (re.compile(r"alt|caption|summary|short"), Span(0, 125), 1),
)
_EVEN_HANDED = ("informative", "editorial", "photograph", "abstract", "other", "unknown", "none")


@dataclass(frozen=True, slots=True)
class _Filler:
    """Fills one schema for one picture."""

    words: Describer
    root: dict[str, Any]

    def value(self, name: str, node: dict[str, Any], depth: int = 0) -> Any:
        if "$ref" in node:
            node = resolve(self.root, node["$ref"]) or {}
            depth += 1
        if "const" in node:
            return node["const"]
        if "enum" in node:
            return self._choice(name, node["enum"])
        if "anyOf" in node:
            return self._any(name, node, depth)
        kinds = types(node)
        if "object" in kinds or "properties" in node:
            if depth > _DEEPEST and "null" in kinds:
                return None
            properties = node.get("properties", {})
            return {key: self.value(key, child, depth + 1) for key, child in properties.items()}
        return self._leaf(name, node, kinds, depth)

    def _leaf(self, name: str, node: dict[str, Any], kinds: list[str], depth: int) -> Any:
        if "array" in kinds:
            return self._array(name, node, depth)
        if "boolean" in kinds:
            return False
        if "integer" in kinds or "number" in kinds:
            return _number(node, whole="number" not in kinds)
        return None if kinds == ["null"] else self._text(name, node)

    def _any(self, name: str, node: dict[str, Any], depth: int) -> Any:
        choices = [choice for choice in node["anyOf"] if isinstance(choice, dict)]
        nullable = [choice for choice in choices if types(choice) == ["null"]]
        if nullable and (depth > _DEEPEST or len(choices) == 1):
            return None
        chosen = next((choice for choice in choices if choice not in nullable), {})
        said = {"description": node["description"]} if "description" in node else {}
        return self.value(name, {**said, **chosen}, depth + 1)

    def _choice(self, name: str, choices: list[Any]) -> Any:
        if "release" in name:
            wanted = self.words.facts.release.casefold()
            for choice in choices:
                if str(choice).casefold() == wanted:
                    return choice
        for favourite in _EVEN_HANDED:
            for choice in choices:
                if favourite in str(choice).casefold():
                    return choice
        return choices[0]

    def _array(self, name: str, node: dict[str, Any], depth: int) -> list[Any]:
        items = node.get("items", {})
        items = resolve(self.root, items["$ref"]) or {} if "$ref" in items else items
        if "enum" in items:
            count = limits.item_count(node, Count(0, 1))
            first = self._choice(name, items["enum"])
            others = [choice for choice in items["enum"] if choice != first]
            return [first, *others][: max(1, count.least)] if count.most else []
        strings = "string" in types(items)
        if strings and _KEYWORDS.search(name.casefold()):
            said = f"{node.get('description', '')} {items.get('description', '')}"
            most = limits.item_count(node, Count(0, 50)).most
            return list(self.words.keywords(most, whole_places=not limits.single_words(said)))
        if strings and re.search(r"colou?r", name.casefold()):
            count = limits.item_count(node, Count(1, 4))
            return list(self.words.look.colours[: count.most])
        count = limits.item_count(node, Count(0, 5))
        if strings:
            wanted = count.least if _UNKNOWABLE.search(name.casefold()) else count.most
            return list(self.words.keywords(wanted))
        if depth > _DEEPEST:
            return []
        return [self.value(name, items, depth + 1) for _ in range(count.least)]

    def _text(self, name: str, node: dict[str, Any]) -> str:
        key, words, facts = name.casefold(), self.words, self.words.facts
        known = {
            "country": facts.country,
            "city": facts.city,
            "place": facts.place,
            "location": facts.place,
            "date": facts.date,
        }
        if key in known:
            return known[key]
        if _KEYWORDS.search(key):
            return ", ".join(words.keywords(limits.item_count(node, Count(0, 50)).most))
        if "release" in key:
            return self._release(key, limits.text_span(node, Span()))
        if _UNKNOWABLE.search(key) and not _TITLE.fullmatch(key):
            return ""
        return self._prose(key, node)

    def _prose(self, key: str, node: dict[str, Any]) -> str:
        if _TITLE.search(key):
            return self.words.title(limits.text_span(node, Span(most=70)))
        for pattern, span, sentences in _LENGTHS:
            if pattern.search(key):
                return self.words.description(limits.text_span(node, span), sentences=sentences)
        return self.words.description(limits.text_span(node, Span(least=40)))

    def _release(self, key: str, span: Span) -> str:
        release = self.words.facts.release or "editorial"
        if "reason" not in key:
            return release
        said = "The prompt says" if self.words.facts.release else "Nothing is said, so"
        return span.cut(
            f"{said} {release}. Only colours and light were judged here, neither people nor brands."
        )


def answer(words: Describer, body: dict[str, Any], prompt: str) -> str:
    """Answer a checked body in the form it asks for; ``prompt`` is the text of all messages."""
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        schema = wanted["json_schema"].get("schema") or {}
        value = _Filler(words, schema).value("description", schema)
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if wanted.get("type") == "json_object":
        fields = {
            "title": words.title(Span(most=70)),
            "description": words.description(Span(40, 200)),
            "keywords": words.keywords(50),
        }
        return json.dumps(fields, ensure_ascii=False)
    description = words.description(Span(40, 200))
    if "comma-separated" not in prompt.casefold() and "keyword" not in prompt.casefold():
        return description
    keywords = words.keywords(limits.exactly(prompt, 50))
    # models drift in form, so a quarter each ends in a period or has blank lines to spare
    gap = "\n\n\n" if words.look.seed % 4 == 1 else "\n\n"
    end = {1: "\n", 2: ".", 3: ""}.get(words.look.seed % 4, "")
    return f"{description}{gap}{', '.join(keywords)}{end}"


def no_picture() -> str:
    """Answer a request that holds neither a picture nor a schema."""
    return "There is no picture here, and this sandbox describes only colours and light."


def _number(node: dict[str, Any], *, whole: bool) -> float:
    step = 1 if whole else 0
    least = node.get("minimum", node.get("exclusiveMinimum", float("-inf")) + step)
    most = node.get("maximum", node.get("exclusiveMaximum", float("inf")) - step)
    if whole:
        return int(max(least, min(0, most)))
    return float(max(least, min(0.5, most)))
