"""Prints random schemas and values with what the Python package jsonschema says of them.

SchemaCrossCheckTests.swift starts this with a seed and a number of pairs; each line is one pair. What is known to
differ is not made:
- floats whose quotient is not exact: Martlet divides decimals, Python binary fractions;
- expressions with \\w or \\d on letters beyond ASCII, or $ before a last line end: ECMA and Python mean different things;
- `format`, which Python checks only when asked, and by looser rules; the official suite has it;
- `dependencies` and lists in `items`, which draft 2020-12 has no more;
- `unevaluatedItems` and `unevaluatedProperties` with schemas other than false, which Python reports as one error.
"""

import json
import random
import sys

from jsonschema import Draft202012Validator

NAMES = ["a", "b", "c", "ab", "x-1", "é", "e\u0301", "a/b", "m~n", ""]
TEXTS = ["", "a", "ab", "abc", "cd", "42", "x-1", "é", "e\u0301", "日本", "a/b"]
PATTERNS = ["^a", "b$", "^[a-c]+$", "^x-", "^.{2,3}$", "^[0-9]+$", "^(ab|cd)*$", "a|2", "^$", "[^a-z]", "(?:a+)+$", "^a?b?c?$"]
NUMBERS = [0, 1, 2, 3, 5, 10, -1, -3, 0.5, 1.5, 2.5, -0.5, 1.0, 3.0, 2**53, 2**53 + 1, -(2**53) - 1, 10**30, 10**30 + 1]
TYPES = ["null", "boolean", "object", "array", "number", "string", "integer"]


class Generator:
    def __init__(self, rng):
        self.rng = rng
        self.defs = 0

    def value(self, depth=0):
        rng = self.rng
        kind = rng.choice(["null", "bool", "number", "number", "text", "text"] + ["array", "object", "object"] * (depth < 3))
        if kind == "null":
            return None
        if kind == "bool":
            return rng.random() < 0.5
        if kind == "number":
            return rng.choice(NUMBERS)
        if kind == "text":
            return rng.choice(TEXTS)
        if kind == "array":
            return [self.value(depth + 1) for _ in range(rng.choice([0, 1, 2, 3, 4]))]
        return {rng.choice(NAMES): self.value(depth + 1) for _ in range(rng.choice([0, 1, 2, 3, 4]))}

    def schemas(self, depth, least=1):
        return [self.schema(depth) for _ in range(self.rng.randint(least, 3))]

    def schema(self, depth, after=-1, may_refer=False):
        """A schema; `after` is the last definition that may not be referred to without going deeper."""
        rng = self.rng
        if rng.random() < 0.06:
            return rng.random() < 0.6
        schema = {}
        makers = [self.scalars] * 3 + [self.objects, self.arrays, self.combinations] * (depth < 3)
        for _ in range(rng.choice([1, 1, 2, 3])):
            rng.choice(makers)(schema, depth)
        if self.defs and may_refer and rng.random() < 0.3:
            schema["$ref"] = f"#/$defs/d{rng.randrange(self.defs)}"
        return schema

    def child(self, depth):
        return self.schema(depth + 1, may_refer=True)

    def scalars(self, schema, depth):
        rng = self.rng
        key = rng.choice(["type", "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
                          "multipleOf", "minLength", "maxLength", "pattern"])
        if key == "type":
            schema[key] = rng.choice([rng.choice(TYPES), rng.sample(TYPES, rng.randint(1, 4))])
        elif key == "enum":
            schema[key] = [self.value(2) for _ in range(rng.randint(0, 5))]
        elif key == "const":
            schema[key] = self.value(2)
        elif key == "multipleOf":
            schema[key] = rng.choice([1, 2, 3, 10, 0.5])
        elif key in ("minLength", "maxLength"):
            schema[key] = rng.choice([0, 1, 2, 3, 2.0])
        elif key == "pattern":
            schema[key] = rng.choice(PATTERNS)
        else:
            schema[key] = rng.choice(NUMBERS)

    def objects(self, schema, depth):
        rng = self.rng
        key = rng.choice(["properties", "properties", "required", "additionalProperties", "patternProperties",
                          "propertyNames", "minProperties", "maxProperties", "dependentRequired", "dependentSchemas",
                          "unevaluatedProperties"])
        if key == "properties":
            schema[key] = {name: self.child(depth) for name in rng.sample(NAMES, rng.randint(0, 4))}
        elif key == "patternProperties":
            schema[key] = {name: self.child(depth) for name in rng.sample(PATTERNS, rng.randint(0, 2))}
        elif key == "required":
            schema[key] = rng.sample(NAMES, rng.randint(0, 3))
        elif key == "additionalProperties":
            schema[key] = rng.choice([False, self.child(depth)])
        elif key == "propertyNames":
            schema[key] = self.child(depth)
        elif key == "dependentRequired":
            schema[key] = {name: rng.sample(NAMES, rng.randint(0, 2)) for name in rng.sample(NAMES, 2)}
        elif key == "dependentSchemas":
            schema[key] = {name: self.schema(depth + 1) for name in rng.sample(NAMES, 2)}
        elif key == "unevaluatedProperties":
            schema[key] = False
        else:
            schema[key] = rng.randint(0, 3)

    def arrays(self, schema, depth):
        rng = self.rng
        key = rng.choice(["items", "items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems",
                          "unevaluatedItems"])
        if key == "items":
            schema[key] = rng.choice([False, self.child(depth), self.child(depth)])
        elif key == "prefixItems":
            schema[key] = [self.child(depth) for _ in range(rng.randint(1, 3))]
        elif key == "contains":
            schema[key] = self.child(depth)
            if rng.random() < 0.3:
                schema["minContains"] = rng.randint(0, 3)
            if rng.random() < 0.3:
                schema["maxContains"] = rng.randint(0, 3)
        elif key == "uniqueItems":
            schema[key] = rng.random() < 0.8
        elif key == "unevaluatedItems":
            schema[key] = False
        else:
            schema[key] = rng.randint(0, 3)

    def combinations(self, schema, depth):
        rng = self.rng
        key = rng.choice(["allOf", "anyOf", "anyOf", "oneOf", "not", "if"])
        if key == "not":
            schema[key] = self.schema(depth + 1)
        elif key == "if":
            schema[key] = self.schema(depth + 1)
            for branch in ("then", "else"):
                if rng.random() < 0.7:
                    schema[branch] = self.schema(depth + 1)
        else:
            schema[key] = self.schemas(depth + 1)

    def document(self):
        self.defs = self.rng.choice([0, 0, 1, 2])
        schema = self.schema(0, may_refer=True)
        if isinstance(schema, dict) and self.defs:
            schema["$defs"] = {f"d{number}": self.schema(1) for number in range(self.defs)}
            return schema
        self.defs = 0
        return schema if not isinstance(schema, dict) or "$ref" not in schema else {"type": "integer"}


def pointer(path):
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def main():
    generator = Generator(random.Random(int(sys.argv[1])))
    for _ in range(int(sys.argv[2])):
        schema = generator.document()
        Draft202012Validator.check_schema(schema)
        validator = Draft202012Validator(schema)
        for _ in range(3):
            value = generator.value()
            errors = [[pointer(error.absolute_path), error.validator or "false"] for error in validator.iter_errors(value)]
            print(json.dumps({"schema": schema, "value": value, "errors": errors}, ensure_ascii=generator.rng.random() < 0.5))


main()
