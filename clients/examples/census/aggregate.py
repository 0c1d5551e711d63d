"""The second task: reads the package records and writes what is worth telling of them, as JSON."""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import martlet


class Package(NamedTuple):
    name: str
    version: str
    architecture: str
    section: str
    kib: int
    installed_at: int


def read(path: Path) -> list[Package]:
    packages = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        fields = line.split("\t")
        if len(fields) != 6:
            raise ValueError(f"{path}:{number}: expected 6 fields, found {len(fields)}")
        name, version, architecture, section, kib, installed_at = fields
        packages.append(
            Package(name, version, architecture, section, int(kib), int(installed_at))
        )
    if not packages:
        raise ValueError(f"{path} holds no package")
    return packages


def aggregate(packages: list[Package]) -> dict:
    sections: dict[str, list[Package]] = defaultdict(list)
    for package in packages:
        sections[package.section].append(package)
    return {
        "packages": len(packages),
        "kib": sum(package.kib for package in packages),
        "sections": [
            {"section": section, "packages": len(members), "kib": sum(p.kib for p in members)}
            for section, members in sorted(
                sections.items(), key=lambda item: (-sum(p.kib for p in item[1]), item[0])
            )
        ],
        "largest": [
            package._asdict()
            for package in sorted(packages, key=lambda p: (-p.kib, p.name))[:20]
        ],
        "newest": [
            package._asdict()
            for package in sorted(packages, key=lambda p: (-p.installed_at, p.name))[:10]
        ],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path, help="the tab-separated records")
    parser.add_argument("output", type=Path, help="where to write the JSON")
    arguments = parser.parse_args()

    with martlet.task("aggregate") as task:
        begun = time.monotonic()
        packages = read(arguments.records)
        task.log(f"{len(packages)} records read")
        summary = aggregate(packages)
        for section in summary["sections"][:3]:
            task.log(f"{section['section']}: {section['packages']} packages, {section['kib']} KiB")
        arguments.output.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
        task.log(f"aggregated in {time.monotonic() - begun:.3f} s")


if __name__ == "__main__":
    main()
