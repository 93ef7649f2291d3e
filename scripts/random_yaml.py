"""Values as YAML of several styles, and values that only YAML can write, for `random-overlays`."""
import json, re

WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"}

# What a bare word may be to one reader or the other.
ODD_SCALARS = [
    "0o17", "017", "08", "0x1F", "0b101", "1e3", "1E+2", "1.50", ".5", "-.5", "+1", "-0", "1_000", "1.0", "190:20:30", "6.02e23", "1.5e-7",
    "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "-9223372036854775808", "12345678901234567890123", "100000000000000000000000",
    "2024-01-02", "2024-1-2", "2024-01-02T03:04:05Z", "2024-01-02 03:04:05", "2024-01-02t03:04:05.60+01:00", "~", "null", "Null", "NULL", "True", "TRUE", "yes", "No", "on", "OFF", "y", "N",
    "!!str 5", "!!str true", "!!str", "!!int 7", "!!float 1", "!!bool true", "!!null ~", "!custom x", "a#b", "a:b", "x y  z", "-x", "?x", "é", "'it''s'", '"a\\tb\\u00e9\\x41\\n"', '"two\\\n  lines"',
    "{}", "[]", "{a: 1, b: [x, y,]}", "[a, {b: c}, [d]]", "{'a': , b}", "'  x '", "'#'", "'- a'", "'null'", "'5'", '"1.0"', "'2024-01-02'", "'~'", "'yes'", "''", "'{a}'", "'a: b'", "'*x'", "'&y'", "'%'", "'@at'", "'`'",
]
# The same below a key, each line indented.
ODD_BLOCKS = [
    ["|", "one", "  two", "", "three"], ["|-", "one", "two"], ["|+", "one", "", ""], [">", "one", "two", "", "three", "  four"], [">-", "one", "two"], ["|2-", "  deep", " less"], ["|", "- no: list", "# no comment"],
    ["", "base: &A {x: 1, y: [1, 2]}", "also: *A", "merged:", "  <<: *A", "  y: z"], ["&B", "a: &s text", "b: *s", "c: [*s, &n 5, *n]"], ["", "k: &K", "- 1", "- b: 2", "l: *K"],
    ["", "# above", "a: 1 # beside", "# between", "b:", "# inside", "- 1", "# last"], ["", "? a", ": 1", "? b"], ["", "a: null", "b: ~", "c:", "d: {}", "e: []", "f: ''"], ["", "- - a", "  - b", "-", "- c: 1", "  d: 2"],
    ["", "1: one", "true: two"], ["", "'1': one", "\"true\": two", "no: three"], ["", "a: 1", "a: 2"], ["", "plain text", "over lines"], ["\"quoted", "over lines\""], ["", "{a: 1,", "b: [2,", "3]}"],
]


class Raw:
    """A value that stands in YAML as it is written: a scalar, or lines below a key. JSON has something else in its place."""

    def __init__(self, lines):
        self.lines = [lines] if isinstance(lines, str) else lines


def text(value):
    """The value as JSON."""
    return json.dumps(value, indent=1, default=lambda raw: raw.lines[0]) + "\n"


class Writer:
    """Writes values in styles chosen at random."""

    def __init__(self, random):
        self.random = random
        # kubectl writes comments that lie in flow collections so that it cannot read them itself.
        self.comments = self.maybe(0.5)

    def maybe(self, chance=0.3):
        return self.random.random() < chance

    def one(self, *choices):
        return self.random.choice(choices)

    def odd(self, blocks=0.3):
        """A value in a spelling that readers differ about."""
        return Raw(self.one(*(ODD_BLOCKS if self.maybe(blocks) else ODD_SCALARS)))

    def text(self, value):
        """The value as JSON, or as YAML of some style."""
        if not self.comments and self.maybe(0.3):
            return text(value)
        lines = self.block(value)
        if self.maybe(0.05):
            lines = self.one(["---"], ["# first", "---"], ["", "# first"]) + lines
        if self.maybe(0.05):
            lines.append(self.one("...", "---", "# last", "--- # nothing", ""))
        return "\n".join(lines) + self.one("\n", "\n", "\n", "")

    def scalar(self, value):
        if isinstance(value, Raw):
            return value.lines[0]
        if not isinstance(value, str):
            return json.dumps(value)
        plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_./-]*", value) and value.lower() not in WORDS
        style = self.random.randrange(6)
        if plain and style < 4:
            return value
        return "'" + value.replace("'", "''") + "'" if style % 2 and "\n" not in value else json.dumps(value)

    def why(self):
        """A comment beside something, or none."""
        return " # why" if self.comments and self.maybe() else ""

    def flow(self, value):
        return json.dumps(value, default=lambda raw: raw.lines[0]) if isinstance(value, (dict, list)) else self.scalar(value)

    def block(self, value, depth=0):
        """The lines of a value."""
        pad = "  " * depth
        if not isinstance(value, (dict, list)) or not value:
            return [pad + self.flow(value)]
        lines = []
        for key, item in value.items() if isinstance(value, dict) else ((None, item) for item in value):
            head = pad + ("-" if key is None else self.scalar(key) + ":")
            below = "  " * (depth + 1)
            if isinstance(item, Raw) and len(item.lines) > 1:
                lines += [f"{head} {item.lines[0]}".rstrip()] + [below + line if line else "" for line in item.lines[1:]]
            elif isinstance(item, str) and "\n" in item and item.strip() and item == item.strip("\n") + "\n" and not item.startswith(" "):
                lines += [head + self.one(" |", " |2", " |" + self.why())] + [below + line if line else "" for line in item.splitlines()]
            elif not isinstance(item, (dict, list)) or not item or not self.comments and self.maybe(0.08):
                lines.append(f"{head} {self.flow(item)}" + self.why())
            else:
                # A list in a map may stand at the map's own column; what a list holds may begin behind the dash.
                inner = self.block(item, depth if isinstance(value, dict) and isinstance(item, list) and self.maybe(0.5) else depth + 1)
                if key is None:
                    lines += [head + " " + inner[0].lstrip(" ")] + inner[1:]
                else:
                    lines += [head + self.why()] + inner
        return lines

    def value(self, depth=0):
        """Anything that a field may hold."""
        if self.maybe(0.15):
            return self.odd()
        pick = self.random.randrange(9 if depth < 2 else 6)
        scalars = ["x", "true", "", True, 7, "007"]
        if pick < 6:
            return scalars[pick]
        if pick == 6:
            return [self.value(depth + 1) for _ in range(self.random.randrange(3))]
        return {key: self.value(depth + 1) for key in self.random.sample(["a", "b", "c", "d"], self.random.randrange(1, 3))}
