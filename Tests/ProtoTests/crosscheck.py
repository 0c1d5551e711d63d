"""Checks Martlet's message layer against Python's protobuf with random messages.

CrossCheckTests.swift starts this and talks to it in lines of JSON. The first line it sends has the descriptors, the
types and the seed; then each line from here is a message in both encodings, and each answer what Martlet made of it.
"""

import base64
import json
import random
import struct
import sys
import unicodedata

try:
    from google.protobuf import descriptor_pool, json_format, message_factory
    from google.protobuf.descriptor import FieldDescriptor as F
except ImportError:
    print(json.dumps({"failure": "this Python has no protobuf: pip install protobuf"}))
    sys.exit(1)

INTEGERS = {
    F.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    F.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    F.CPPTYPE_UINT32: (0, 2**32 - 1),
    F.CPPTYPE_UINT64: (0, 2**64 - 1),
}
WORDS = ["", "a", "run", "crouching-kittiwake", "grüße", "日本語", "🦅🪶", 'quo"te', "back\\slash", "tab\tnew\nline\r",
         "\x01\x1f\x7f", "\u2028\u2029", "</script>", "x" * 60, "\ufffd\ufffe", "e\u0301", "\U0010ffff", " "]
MAX_DEPTH = 3


def is_new(name, keys):
    """Whether a key is no other Unicode form of one that is there: Martlet refuses two forms of one text."""
    if not isinstance(name, str):
        return True
    form = unicodedata.normalize("NFC", name)
    return not any(key != name and unicodedata.normalize("NFC", key) == form for key in keys)


class Generator:
    """Makes random messages."""

    def __init__(self, rng, pool, any_types):
        self.rng = rng
        self.pool = pool
        self.any_types = any_types

    def message(self, descriptor, depth=0):
        message = message_factory.GetMessageClass(descriptor)()
        self.fill(message, depth)
        return message

    def fill(self, message, depth):
        known = getattr(self, "fill_" + message.DESCRIPTOR.full_name.replace(".", "_"), None)
        if known:
            known(message, depth)
            return
        # Large messages that contain each other would grow without end.
        large = len(message.DESCRIPTOR.fields) > 50
        density = self.rng.choice([0.1, 0.4, 0.9]) / (3 ** depth if large else 1)
        for field in message.DESCRIPTOR.fields:
            if field.name == "nulls":
                continue  # Python writes lists of NullValue and refuses to read them
            if self.rng.random() < density:
                self.field(message, field, depth)

    def field(self, message, field, depth):
        entry = field.message_type if field.message_type and field.message_type.GetOptions().map_entry else None
        if entry:
            key, value = entry.fields_by_name["key"], entry.fields_by_name["value"]
            target = getattr(message, field.name)
            for _ in range(self.rng.choice([1, 2, 5, 20] if depth == 0 else [1, 2])):
                name = self.scalar(key, implicit=True)
                if not is_new(name, target):
                    continue
                if value.message_type is None:
                    target[name] = self.scalar(value, implicit=True)
                elif depth < MAX_DEPTH:
                    self.fill(target[name], depth + 1)
        elif field.is_repeated:
            target = getattr(message, field.name)
            for _ in range(self.rng.choice([1, 2, 3, 17] if depth == 0 else [1, 2])):
                if field.message_type is None:
                    target.append(self.scalar(field))
                elif depth < MAX_DEPTH:
                    self.fill(target.add(), depth + 1)
        elif field.message_type is not None:
            if depth < MAX_DEPTH:
                inner = getattr(message, field.name)
                inner.SetInParent()
                self.fill(inner, depth + 1)
        else:
            setattr(message, field.name, self.scalar(field, implicit=not field.has_presence))

    def scalar(self, field, implicit=False):
        rng = self.rng
        kind = field.cpp_type
        if kind in INTEGERS:
            low, high = INTEGERS[kind]
            return rng.choice([0, 1, low, high, rng.randint(low, high), rng.randint(low, high) >> rng.randint(0, 60)])
        if kind == F.CPPTYPE_BOOL:
            return rng.random() < 0.5
        if kind == F.CPPTYPE_ENUM:
            numbers = [value.number for value in field.enum_type.values]
            if field.enum_type.full_name != "google.protobuf.NullValue":
                numbers += [12345, -12345]
            return rng.choice(numbers)
        if kind in (F.CPPTYPE_DOUBLE, F.CPPTYPE_FLOAT):
            return self.number(kind, implicit)
        if field.type == F.TYPE_BYTES:
            return rng.randbytes(rng.choice([0, 1, 2, 3, 4, 32, 257]))
        return self.text()

    def number(self, kind, implicit):
        rng = self.rng
        is_float = kind == F.CPPTYPE_FLOAT
        # protobuf-c takes minus zero without presence for the default, so it is left to fields with presence.
        special = [0.0, 1.0, -1.5, 0.1, 1e15, 1e16, -123456789.0, float("nan"), float("inf"), float("-inf")]
        special += [] if implicit else [-0.0]
        # Python refuses the greatest float as JSON writes it, 3.4028235e+38.
        special += [3.4028232635611926e38, 1.401298464324817e-45] if is_float else [1.7976931348623157e308, 5e-324]
        if rng.random() < 0.5:
            return rng.choice(special)
        while True:
            value = struct.unpack("<f", rng.randbytes(4))[0] if is_float else struct.unpack("<d", rng.randbytes(8))[0]
            if value == value and value not in (0.0,):
                return value

    def text(self):
        rng = self.rng
        if rng.random() < 0.7:
            return rng.choice(WORDS)
        def character():
            while True:
                code = rng.choice([rng.randint(1, 127), rng.randint(1, 0x7FF), rng.randint(1, 0x10FFFF)])
                if not 0xD800 <= code < 0xE000:
                    return chr(code)
        return "".join(character() for _ in range(rng.choice([1, 7, 15, 16, 40])))

    # Types of google.protobuf whose JSON form does not allow everything.

    def fill_google_protobuf_Timestamp(self, message, depth):
        message.seconds = self.rng.choice(
            [0, -1, -62135596800, 253402300799, self.rng.randint(-62135596800, 253402300799), 951782400])
        message.nanos = self.nanos()

    def fill_google_protobuf_Duration(self, message, depth):
        sign = self.rng.choice([1, -1])
        message.seconds = sign * self.rng.choice([0, 1, 315576000000 - 1, self.rng.randint(0, 315576000000 - 1)])
        message.nanos = sign * self.nanos()

    def nanos(self):
        return self.rng.choice([0, 1, 999999999, 500000000, 120000, 1000, self.rng.randint(0, 999999999)])

    def fill_google_protobuf_FieldMask(self, message, depth):
        for _ in range(self.rng.choice([0, 1, 3])):
            message.paths.append(self.rng.choice(["labels", "run_id", "a.b_c.d", "update_time", "x1"]))

    def fill_google_protobuf_Struct(self, message, depth):
        for _ in range(self.rng.choice([0, 1, 2, 20] if depth < 2 else [0, 1, 2])):
            name = self.text()
            if is_new(name, message.fields):
                self.fill(message.fields[name], depth + 1)

    def fill_google_protobuf_ListValue(self, message, depth):
        for _ in range(self.rng.choice([0, 1, 3])):
            self.fill(message.values.add(), depth + 1)

    def fill_google_protobuf_Value(self, message, depth):
        kind = self.rng.choice(["null", "number", "string", "bool"] + (["struct", "list"] * 2 if depth < 5 else []))
        if kind == "null":
            message.null_value = 0
        elif kind == "number":
            message.number_value = self.rng.choice([0.0, -0.0, 1.5, -2.0**53, 1e300, 123456789012345680.0])
        elif kind == "string":
            message.string_value = self.text()
        elif kind == "bool":
            message.bool_value = self.rng.random() < 0.5
        else:
            inner = getattr(message, kind + "_value")
            inner.SetInParent()
            self.fill(inner, depth + 1)

    def fill_google_protobuf_Any(self, message, depth):
        if self.rng.random() < 0.1:
            return
        inner = self.message(self.pool.FindMessageTypeByName(self.rng.choice(self.any_types)), depth + 2)
        message.type_url = "type.googleapis.com/" + inner.DESCRIPTOR.full_name
        message.value = inner.SerializeToString(deterministic=True)


def unknown_fields(rng):
    """Fields that no message here has: a varint, a fixed64, bytes and a fixed32."""
    varint = lambda tag: bytes([tag & 0x7F | 0x80, tag >> 7 & 0x7F | 0x80, tag >> 14])
    number = rng.randint(5000, 6000)
    return b"".join([
        varint(number << 3) + b"\x96\x01", varint(number << 3 | 1) + b"12345678",
        varint(number << 3 | 2) + b"\x03\xff\x00\xfe", varint(number << 3 | 5) + b"abcd"][:rng.randint(0, 4)])


def same(a, b, pool):
    """Whether two messages are equal; NaN equals NaN, and inside an Any the order of a map does not matter."""
    if a.SerializeToString(deterministic=True) == b.SerializeToString(deterministic=True):
        return True
    return json_format.MessageToDict(a, descriptor_pool=pool) == json_format.MessageToDict(b, descriptor_pool=pool)


def main():
    setup = json.loads(sys.stdin.readline())
    rng = random.Random(setup["seed"])
    pool = descriptor_pool.DescriptorPool()
    for file in setup["files"]:
        pool.AddSerializedFile(base64.b64decode(file))
    generator = Generator(rng, pool, setup["anyTypes"])
    count = 0
    for name, rounds in sorted(setup["rounds"].items()):
        descriptor = pool.FindMessageTypeByName(name)
        message_class = message_factory.GetMessageClass(descriptor)
        for _ in range(rounds):
            message = generator.message(descriptor)
            binary = message.SerializeToString(deterministic=True)
            text = json_format.MessageToJson(
                message, descriptor_pool=pool, preserving_proto_field_name=rng.random() < 0.3,
                use_integers_for_enums=rng.random() < 0.3, always_print_fields_with_no_presence=rng.random() < 0.3,
                indent=rng.choice([None, 1]), ensure_ascii=rng.random() < 0.5)
            print(json.dumps({
                "type": name, "binary": base64.b64encode(binary + unknown_fields(rng)).decode(), "json": text,
            }), flush=True)
            answer = json.loads(sys.stdin.readline())

            def fail(what):
                # Messages may be long; the seed brings them back.
                print(json.dumps({"failure": f"{what}\n{name} {binary.hex()[:2000]}\n{text[:2000]}\n{answer}"[:8000]}))
                sys.exit(1)

            if "error" in answer:
                fail(answer["error"])
            if not same(message_class.FromString(base64.b64decode(answer["binary"])), message, pool):
                fail("the binary encoding of Martlet differs")
            for key in ("json", "jsonWithDefaults"):
                try:
                    back = json_format.Parse(answer[key], message_class(), descriptor_pool=pool)
                except json_format.ParseError as error:
                    fail(f"Python does not read the JSON of Martlet: {error}")
                if not same(back, message, pool):
                    fail("the JSON of Martlet reads as another message")
            count += 1
    print(json.dumps({"done": count}), flush=True)


main()
