# shellcheck shell=bash
# A setup hook for stdenv: what a Python package puts into $out gets canonical bytecode, hash-based, so that the times
# of the store do not matter. `dontPyrepro = true` turns it off, `pyreproPython` names the interpreter or version, and
# `pyreproFlags` are further flags of `pyrepro compile`.

pyreproOutput() {
  local out=$1 place python
  python=${pyreproPython:-python3}
  for place in "$out"/lib/python[0-9]*.[0-9]*/site-packages; do
    [ -d "$place" ] || continue
    # shellcheck disable=SC2086
    "${PYREPRO:-pyrepro}" compile -q --python "$python" ${pyreproFlags:-} "$place"
  done
  "${PYREPRO:-pyrepro}" normalize -q "$out"
}

pyreproPhase() {
  [ -z "${dontPyrepro:-}" ] || return 0
  local output
  for output in ${outputs:-out}; do
    pyreproOutput "${!output}"
  done
}

if [ -z "${dontPyrepro:-}" ]; then
  # After fixupPhase's own work, of which some rewrites scripts.
  postFixupHooks+=(pyreproPhase)
fi
