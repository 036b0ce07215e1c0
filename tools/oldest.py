"""Print the oldest versions that pyproject.toml allows, for pip: ``python -m tools.oldest > requirements.txt``."""

from packaging.requirements import Requirement

from tools import ROOT

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib


def main():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest = {}
    for requirement in map(Requirement, sum(project["optional-dependencies"].values(), project["dependencies"])):
        # The extra for tests asks for the others, which are here already.
        if requirement.name != project["name"]:
            bounds = [bound.version for bound in requirement.specifier if bound.operator in (">=", "==")]
            oldest[requirement.name] = bounds[0]
    print("\n".join(f"{name}=={version}" for name, version in oldest.items()))


if __name__ == "__main__":
    main()
