#!/usr/bin/env bash
# Needs: nix-build, and nothing of nixpkgs.
# Proves: an output that the setup hook has gone over is the same in a second build (`nix-build --check`), and its bytecode is
#   fresh although the store sets all times to one.
. "$(dirname "$0")/environment.sh"
need nix-build

export NIX_STORE_DIR=$work/store NIX_STATE_DIR=$work/var NIX_LOG_DIR=$work/log NIX_CONF_DIR=$work/etc
export NIX_STATE_HOME=$work/state NIX_REMOTE="" HOME=$work/home
mkdir -p "$work"/{store,var,log,etc,home}
printf 'sandbox = false\nbuild-users-group =\nsubstituters =\n' > "$work/etc/nix.conf"
python=${PYTHON:-$(command -v python3.13 || command -v python3)}
arguments=(--argstr pyrepro "$PYREPRO" --argstr python "$python" --argstr hook "$root/packaging/nix/setup-hook.sh"
  --argstr source "$root/testdata/orchard" "$root/packaging/nix/example.nix")
out=$(nix-build --no-out-link "${arguments[@]}")
nix-build --no-out-link --check "${arguments[@]}"
found=$(find "$out" -name '*.pyc' | wc -l)
[ "$found" -gt 0 ] || fail "no bytecode in $out"
"$PYREPRO" compile --check -q --python "$python" "$out/lib"
echo "the same in both builds: $found bytecode files, all fresh"
