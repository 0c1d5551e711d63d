"""Random texts and documents through the client's JSON, against Python's. The seed is printed on failure."""

import json
import random
import unittest
import uuid

from harness import SEED, ShellTest


class Quoting(ShellTest):
    """Bytes of any kind become a JSON string that stands for the same text."""

    PIECES = [b'"', b"\\", b"\n", b"\t", b"\r", b"\b", b"\f", b"\x01", b"\x1f", b"\x7f", b"$(date)", b"`id`", b"'", b"*",
              b" ", b"", b"-", b"%s", b"\\n", b"\\u0041", b"&", b"<", b"a", b"\xc3\xa9", b"\xe2\x82\xac", b"\xf0\x9f\x98\x80",
              b"\xe2\x80\xa8", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xff", b"\xe2\x82", b"\xf0\x9f", b"\x80"]

    def texts(self):
        source = random.Random(SEED)
        for _ in range(300):
            if source.random() < 0.5:
                yield b"".join(source.choice(self.PIECES) for _ in range(source.randrange(12)))
            else:
                yield bytes(source.randrange(1, 256) for _ in range(source.randrange(40)))

    def check(self, texts, output):
        lines = output.split(b"\n")
        self.assertEqual(len(lines), len(texts) + 1)
        for text, line in zip(texts, lines):
            with self.subTest(seed=SEED, text=text):
                self.assertEqual(json.loads(line), text.decode("utf-8", "replace"))

    def testArguments(self):
        texts = list(self.texts())
        self.check(texts, self.output('for text; do _martlet_text "$text"; done', *texts))

    def testFlagsAndMaps(self):
        texts = [text for text in self.texts()][:60]
        script = 'for text; do MARTLET_DRY_RUN=1 martlet_run_create_run --run.name "$text" --run.labels "$text=$text"; done'
        for text, line in zip(texts, self.output(script, *texts).split(b"\n")):
            decoded = text.decode("utf-8", "replace")
            key, _, rest = f"{decoded}={decoded}".partition("=")
            with self.subTest(seed=SEED, text=text):
                self.assertEqual(json.loads(line), {"run": {"name": decoded, "labels": {key: rest}}})

    def testStandardInput(self):
        text = random.Random(SEED).randbytes(20000)
        output = self.output("martlet_json_quote -", stdin=text)
        expected = text.replace(b"\0", b"\xff").decode("utf-8", "replace")
        self.assertEqual(json.loads(output), expected.removesuffix("\n"), f"seed {SEED}")

    def testLongText(self):
        text = 'läng "\\\n' * 100000
        self.assertEqual(json.loads(self.output("martlet_json_quote -", stdin=text.encode())), text[:-1])

    def testBase64(self):
        source = random.Random(SEED)
        for size in [0, 1, 2, 3, 4, 1000]:
            data = bytes(source.randrange(256) for _ in range(size))
            output = self.output("_martlet_base64", stdin=data)
            self.assertEqual(output, __import__("base64").b64encode(data), f"seed {SEED}")


class Reading(ShellTest):
    """Documents are read as Python reads them, and what Python refuses is refused."""

    def document(self, source, depth=0):
        kind = source.randrange(4 if depth > 4 else 6)
        if kind == 0:
            return source.choice([True, False, None, 0, -1, 12345678901234567890, 1.5e-7, 3.25])
        if kind in (1, 2, 3):
            alphabet = 'ab."\\/\n\t\r\b\f\x01\x7f é€😀\ud83d\udc00{}[]:,'
            return "".join(source.choice(alphabet) for _ in range(source.randrange(10)))
        if kind == 4:
            return [self.document(source, depth + 1) for _ in range(source.randrange(4))]
        return {self.key(source): self.document(source, depth + 1) for _ in range(source.randrange(4))}

    def key(self, source):
        return "".join(source.choice('abc.\\"\né') for _ in range(source.randrange(1, 5)))

    def leaves(self, value, path=""):
        if isinstance(value, dict) and value:
            pairs = [(key.replace("\\", "\\\\").replace(".", "\\."), item) for key, item in value.items()]
        elif isinstance(value, list) and value:
            pairs = [(str(index), item) for index, item in enumerate(value)]
        else:
            yield path, value
            return
        for key, item in pairs:
            yield from self.leaves(item, f"{path}.{key}" if path else key)

    def testDocuments(self):
        source = random.Random(SEED)
        for turn in range(25):
            value = {"top": self.document(source)}
            text = json.dumps(value, ensure_ascii=source.random() < 0.5, indent=source.choice([None, 2]))
            if any("\ud800" <= letter <= "\udfff" for letter in text):
                continue
            data, value = text.encode(), json.loads(text)
            with self.subTest(seed=SEED, turn=turn, text=text):
                self.assertEqual(json.loads(self.output("_martlet_json min", stdin=data)), value)
                paths = list(self.leaves(value))
                script = 'text=$(cat); for path; do printf %s "$text" | martlet_json_get "$path"; printf "\\036"; done'
                got = self.output(script, *[path for path, _ in paths], stdin=data).split(b"\x1e")
                for (path, leaf), out in zip(paths, got):
                    self.assertEqual(out, self.shown(leaf), path)

    def shown(self, leaf):
        if isinstance(leaf, str):
            # Halves of pairs that stand alone have no UTF-8.
            return leaf.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode() + b"\n"
        return json.dumps(leaf).encode() + b"\n"

    def testFlat(self):
        value = {"a": [1, {"b.c": "x\ty"}, [], {}], "d": None, "e": "q\"\\"}
        lines = self.output("martlet_json_flat", stdin=json.dumps(value).encode()).decode().splitlines()
        self.assertEqual([line.split("\t")[0] for line in lines], [path for path, _ in self.leaves(value)])
        self.assertEqual([json.loads(line.split("\t")[1]) for line in lines], [leaf for _, leaf in self.leaves(value)])

    def testEach(self):
        text = b'{"a":[1,{"b":[2,3]},"x,y"],"e":[],"n":null}'
        self.assertEqual(self.output("martlet_json_each a", stdin=text), b'1\n{"b":[2,3]}\n"x,y"\n')
        self.assertEqual(self.output("martlet_json_each e", stdin=text), b"")
        self.shell("martlet_json_each n", stdin=text, code=1)
        self.shell("martlet_json_each missing", stdin=text, code=1)

    def testFaults(self):
        """Documents with a byte taken out or put in: the same verdict as Python's parser."""
        source = random.Random(SEED)
        base = b'{"a":[1,-2.5e+3,"x\\n\\u00e9\\"",true,null],"b":{"c":{}}}'
        faults = [b"", b" ", b"{", b"[1,]", b'{"a":1,}', b"01", b"1 2", b'"\\x"', b'"a\nb"', b"[}", b"-", b"1.", b'{"a"}', b"nul"]
        for _ in range(120):
            at = source.randrange(len(base))
            if source.random() < 0.5:
                faults.append(base[:at] + base[at + 1:])
            else:
                faults.append(base[:at] + bytes([source.choice(b'{}[]",:\\1ex ')]) + base[at:])
        script = 'for text; do printf %s "$text" | _martlet_json min >/dev/null 2>&1; echo $?; done'
        codes = self.output(script, *faults).split()
        for text, code in zip(faults, codes):
            try:
                json.loads(text)
                expected = b"0"
            except ValueError:
                expected = b"2"
            with self.subTest(seed=SEED, text=text):
                self.assertEqual(code, expected)

    def testLargeDocument(self):
        value = {"runs": [{"id": str(index), "text": 'a"b' * 20} for index in range(5000)]}
        text = json.dumps(value).encode()
        self.assertEqual(self.output("martlet_json_get runs.4999.id", stdin=text), b"4999\n")
        self.assertEqual(len(self.output("martlet_json_each runs", stdin=text).splitlines()), 5000)


class Ids(ShellTest):
    """Ids are UUIDs of their versions, in order of time."""

    def testUUIDs(self):
        lines = self.output("martlet_uuid; martlet_uuid; _martlet_random").decode().split()
        first, second, other = map(uuid.UUID, lines)
        self.assertEqual([first.version, second.version, other.version], [7, 7, 4])
        self.assertEqual({first.variant, other.variant}, {uuid.RFC_4122})
        self.assertLessEqual(first.int >> 80, second.int >> 80)
        self.assertEqual(lines, [line.lower() for line in lines])


if __name__ == "__main__":
    unittest.main()
