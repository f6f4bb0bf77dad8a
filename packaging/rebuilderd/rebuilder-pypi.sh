#!/bin/sh
# rebuilderd's backend for wheels: rebuilderd-worker calls it with the path of a published wheel.
#
# The rebuilt wheel goes to REBUILDERD_OUTDIR. Where all members are equal, it is packed with the published times, modes
# and order, so rebuilderd sees equal bytes for `identical` and for `container`. Published content is never copied.
set -eu

: "${REBUILDERD_OUTDIR:?rebuilderd-worker sets this}"

status=0
pyrepro rebuild --out-dir "$REBUILDERD_OUTDIR" -v -- "$1" || status=$?

# A wheel that came out and differs is for rebuilderd to compare (BAD). Only what could not be rebuilt has failed (FAIL).
case $status in
    0 | 1) exit 0 ;;
    *) exit "$status" ;;
esac
