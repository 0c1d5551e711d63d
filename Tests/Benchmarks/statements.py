"""Decides how a pgbench script takes the store's statements: a line `use NAME ARGUMENT | …` becomes that statement of
Sources/MartletStore/SQL, word for word, with the arguments in the place of its parameters; `use NAME … ;` ends it.

Usage: statements.py SCRIPT... > EXPANDED
"""

import pathlib
import re
import sys

SQL = pathlib.Path(__file__).resolve().parents[2] / "Sources/MartletStore/SQL"


def statements() -> dict[str, str]:
    found = {}
    for file in SQL.glob("*.sql"):
        for part in file.read_text().split("-- name: ")[1:]:
            name, _, body = part.partition("\n")
            lines = [line for line in body.splitlines() if line and not line.startswith("-- ")]
            found[name.strip()] = "\n".join(lines)
    return found


def expand(script: str, known: dict[str, str]) -> str:
    lines = []
    # A line that ends in `|` goes on.
    for line in re.sub(r"\|\n\s*", "| ", script).splitlines():
        if not line.startswith("use "):
            lines.append(line)
            continue
        _, name, rest = line.split(" ", 2)
        end = ";" if rest.endswith(";") else ""
        arguments = [argument.strip() for argument in rest.removesuffix(";").split("|")]
        wanted = {int(number) for number in re.findall(r"\$(\d+)", known[name])}
        if wanted != set(range(1, len(arguments) + 1)):
            sys.exit(f"statements.py: {name} takes {max(wanted)} arguments, not {len(arguments)}")
        lines.append(re.sub(r"\$(\d+)", lambda match: arguments[int(match[1]) - 1], known[name]) + end)
    return "\n".join(lines) + "\n"


for path in sys.argv[1:]:
    sys.stdout.write(expand(pathlib.Path(path).read_text(), statements()))
