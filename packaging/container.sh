#!/usr/bin/env bash
# Needs: buildah, and the right to run it; no registry. STATIC names a static program; without it the one of PYREPRO is packed
#   together with the libraries that it is linked with.
# Proves: the image from scratch has the same digest from two builds, and the program in it runs; a second Containerfile copies the
#   program from the image, compiles with it, and has the same layer twice.
. "$(dirname "$0")/environment.sh"
need buildah
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
storage=(--root "$work/storage" --runroot "$work/run")
buildah "${storage[@]}" images >/dev/null 2>&1 || { echo "skipped: buildah cannot store images here" >&2; exit 77; }

context() { # folder
  mkdir -p "$1/root"
  cp "$root/packaging/container/Containerfile" "$1/"
  cp "${STATIC:-$PYREPRO}" "$1/root/pyrepro"
  [ -n "${STATIC:-}" ] && return
  local library
  for library in $(ldd "$PYREPRO" | grep -o '/[^ ]*'); do
    mkdir -p "$1/root$(dirname "$library")"
    cp -L "$library" "$1/root$library"
  done
}
digest() { buildah "${storage[@]}" inspect --type image --format '{{index .OCIv1.RootFS.DiffIDs 0}}' "$1"; }

for run in one two; do
  context "$work/$run"
  # Files of the second context have another time.
  [ "$run" = one ] || find "$work/$run" -exec touch -d @1000000000 {} +
  buildah "${storage[@]}" bud -q --layers=false --timestamp 0 -f "$work/$run/Containerfile" -t "pyrepro-$run" "$work/$run" >/dev/null
done
[ "$(digest pyrepro-one)" = "$(digest pyrepro-two)" ] || fail "the images differ: $(digest pyrepro-one) $(digest pyrepro-two)"
echo "the same layer: $(digest pyrepro-one)"
container=$(buildah "${storage[@]}" from pyrepro-one)
buildah "${storage[@]}" run "$container" -- /pyrepro --version

for run in one two; do
  mkdir -p "$work/app-$run"
  cp -r "$root/testdata/orchard/src" "$work/app-$run/"
  touch -d "@$RANDOM" "$work/app-$run/src/orchard/"*.py
  cat > "$work/app-$run/Containerfile" <<'FILE'
FROM localhost/pyrepro-one AS tool
COPY src /app
RUN ["/pyrepro", "compile", "-q", "--compiler", "native", "--python", "3.14", "-s", "/app", "-p", "/app", "/app"]
FROM scratch
COPY --from=tool /app /app
FILE
  buildah "${storage[@]}" bud -q --layers=false --timestamp 0 -f "$work/app-$run/Containerfile" -t "app-$run" "$work/app-$run" >/dev/null
done
[ "$(digest app-one)" = "$(digest app-two)" ] || fail "the layers of the application differ"
echo "the same layer of an application with bytecode: $(digest app-one)"
