#!/usr/bin/env bash
# Needs: a Python, named by CONDA_PYTHON, with py-rattler-build of the index; no channel.
# Proves: the recipe renders for Linux and macOS with what it needs to build; and with the program that PYREPRO names, rattler-build
#   makes a package of it and runs the recipe's test. Building the program needs conda-forge, and was not tried.
. "$(dirname "$0")/environment.sh"
python=${CONDA_PYTHON:-python3}
"$python" -c 'import rattler_build' 2>/dev/null || { echo "skipped: $0 needs py-rattler-build" >&2; exit 77; }
for subdir in noarch linux-64; do
  mkdir -p "$work/channel/$subdir"
  echo '{"info": {"subdir": "'$subdir'"}, "packages": {}, "packages.conda": {}}' > "$work/channel/$subdir/repodata.json"
done
"$python" - "$root/packaging/conda/recipe.yaml" "$work" <<'PYTHON'
import os, sys
from pathlib import Path
import rattler_build as rattler

recipe, work = sys.argv[1], Path(sys.argv[2])
# As conda-forge pins them.
pins = {"linux": "c_stdlib: [sysroot]\nc_stdlib_version: ['2.17']\n", "osx": "c_stdlib: [macosx_deployment_target]\nc_stdlib_version: ['11.0']\n"}


def rendered(platform):
    config = rattler.RenderConfig(rattler.PlatformConfig(target_platform=platform))
    [variant] = rattler.Stage0Recipe.from_file(recipe).render(rattler.VariantConfig.from_yaml(pins[platform.partition("-")[0]]), config)
    return variant


for platform in ("linux-64", "linux-aarch64", "osx-64", "osx-arm64"):
    requirements = rendered(platform).recipe.to_dict()["requirements"]
    print(f"{platform}:", *requirements["build"], *requirements["host"])

os.environ["PYREPRO_PROGRAM"] = os.environ["PYREPRO"]
result = rendered("linux-64").run_build(
    rattler.ToolConfiguration(test_strategy="native"), output_dir=work / "output", channels=[(work / "channel").as_uri()]
)
print("built and tested:", *(Path(package).name for package in result.packages))
PYTHON
