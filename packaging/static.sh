#!/usr/bin/env bash
# static.sh OUT WHEEL...
# Needs: wheels of wheels.sh for musl, whose programs are static.
# Does: archives with the program, manual pages and completions, in the form that `cargo binstall` looks for.
# Proves: each program asks for no interpreter and no library.
. "$(dirname "$0")/environment.sh"
need python3 readelf
out=$(realpath -m "${1:?name the folder}")
shift
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -1)
mkdir -p "$out"
"$PYREPRO" man -o "$work/man"
for shell in bash zsh fish; do "$PYREPRO" completions "$shell" > "$work/pyrepro.$shell"; done
for wheel in "$@"; do
  machine=$(expr "$wheel" : '.*musllinux_[0-9_]*_\([a-z0-9_]*\)\.whl$') || fail "$wheel is not for musl"
  name=pyrepro-$version-$machine-unknown-linux-musl
  mkdir -p "$work/$name"
  python3 - "$wheel" "$work/$name/pyrepro" <<'PYTHON'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    [name] = [name for name in wheel.namelist() if name.endswith(".data/scripts/pyrepro")]
    open(sys.argv[2], "wb").write(wheel.read(name))
PYTHON
  chmod 755 "$work/$name/pyrepro"
  if readelf --program-headers --dynamic "$work/$name/pyrepro" | grep -E 'INTERP|NEEDED'; then fail "$name is not static"; fi
  cp -r "$root/LICENSE" "$root/README.md" "$work/man" "$work"/pyrepro.{bash,zsh,fish} "$work/$name/"
  tar c -z -C "$work" -f "$out/$name.tar.gz" "$name"
  "$PYREPRO" normalize -q "$out/$name.tar.gz"
  echo "static: $name.tar.gz"
done
